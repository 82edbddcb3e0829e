/** The campaigns that one has a part in. */
import type { ReactNode } from "react";
import { call } from "../api/client";
import type { Me, Summary } from "../api/types";
import { Link } from "../parts/link";
import { useLoaded } from "../parts/loaded";
import { Trouble } from "../parts/trouble";
import { href } from "../route";

export function Home({ me }: { me: Me }): ReactNode {
  const found = useLoaded(() => call("get", "/api/v1/campaigns"), []);
  return (
    <div className="page">
      <header className="bar">
        <span className="brand">Askance</span>
        <h1>Campaigns</h1>
        <span className="who">
          {me.name}
          {!me.local && <SignOut />}
        </span>
      </header>
      <main id="main">
        {found.error && <Trouble error={found.error} retry={found.again} />}
        {found.value && <List campaigns={found.value} />}
      </main>
    </div>
  );
}

function SignOut(): ReactNode {
  const out = (): void => void call("delete", "/api/v1/session").finally(() => location.assign("/"));
  return (
    <button type="button" className="plain" onClick={out}>
      Sign out
    </button>
  );
}

function List({ campaigns }: { campaigns: Summary[] }): ReactNode {
  if (!campaigns.length) {
    return <p>There is no campaign here yet. Make one with “askance new”, or ask for an invitation to one.</p>;
  }
  return (
    <ul className="cards">
      {campaigns.map((c) => (
        <li key={c.id} className="card">
          <h2>
            <Link to={href(c.id)}>{c.id}</Link>
          </h2>
          <p className="small">
            {c.kind} · round {Math.max(0, c.rounds - 1)} · you are {c.role}
          </p>
          <progress value={c.labels} max={c.samples || 1} aria-label={`${c.labels} of ${c.samples} labelled`} />
          <p className="small">
            {c.labels.toLocaleString("en")} of {c.samples.toLocaleString("en")} labelled · {c.pending} waiting ·{" "}
            <Link to={href(c.id, "dashboard")}>dashboard</Link>
          </p>
        </li>
      ))}
    </ul>
  );
}
