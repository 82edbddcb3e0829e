/** One campaign: its name, its screens, and the one that is open. */
import { lazy, Suspense, type ReactNode } from "react";
import { call } from "../api/client";
import type { Campaign, Me } from "../api/types";
import { Label } from "../label/label";
import { Link } from "../parts/link";
import { useLoaded } from "../parts/loaded";
import { Trouble } from "../parts/trouble";
import { href, type Screen } from "../route";

const Dashboard = lazy(() => import("./dashboard"));
const Review = lazy(() => import("./review"));
const Grid = lazy(() => import("./grid"));
const MapScreen = lazy(() => import("./map"));
const Settings = lazy(() => import("./settings"));

export interface Inner {
  campaign: Campaign;
  me: Me;
  changed(campaign: Campaign): void;
}

export function Inside({ campaign, screen, me }: { campaign: string; screen: Screen; me: Me }): ReactNode {
  const found = useLoaded(async () => {
    const c = await call("get", "/api/v1/campaigns/{campaign}", { path: { campaign } });
    return c as unknown as Campaign;
  }, [campaign]);
  if (found.error) return <Trouble error={found.error} retry={found.again} />;
  if (!found.value) return null;
  const given: Inner = { campaign: found.value, me, changed: found.set };
  if (screen === "label") return <Label {...given} />;
  return (
    <div className="page">
      <header className="bar">
        <Link to="/" className="brand">
          Askance
        </Link>
        <h1>{campaign}</h1>
        <Menu campaign={found.value} screen={screen} />
      </header>
      <main id="main">
        <Suspense fallback={<p className="small">Loading …</p>}>{screens[screen](given)}</Suspense>
      </main>
    </div>
  );
}

const screens: Record<Exclude<Screen, "label">, (given: Inner) => ReactNode> = {
  dashboard: (given) => <Dashboard {...given} />,
  review: (given) => <Review {...given} />,
  grid: (given) => <Grid {...given} />,
  map: (given) => <MapScreen {...given} />,
  settings: (given) => <Settings {...given} />,
};

const NAMES: Record<Screen, string> = {
  label: "Label",
  grid: "Grid",
  map: "Map",
  review: "Review",
  dashboard: "Dashboard",
  settings: "Settings",
};

export function Menu({ campaign, screen }: { campaign: Campaign; screen: Screen }): ReactNode {
  const may: Screen[] = ["label"];
  if (campaign.form.kind === "class") may.push("grid");
  may.push("map");
  if (campaign.role !== "annotator") may.push("review");
  may.push("dashboard", "settings");
  return (
    <nav aria-label="Screens of the campaign">
      {may.map((s) => (
        <Link key={s} to={href(campaign.id, s)} current={s === screen}>
          {NAMES[s]}
        </Link>
      ))}
    </nav>
  );
}
