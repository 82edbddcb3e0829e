/** Who is there, and which screen they see. */
import { Component, useEffect, type ReactNode } from "react";
import { call, Refusal } from "./api/client";
import type { Me } from "./api/types";
import { Trouble } from "./parts/trouble";
import { useLoaded } from "./parts/loaded";
import { useRoute, type Route } from "./route";
import { Home } from "./screens/home";
import { Inside } from "./screens/inside";
import { Join, NoToken, SignIn } from "./screens/people";

export function App(): ReactNode {
  const route = useRoute();
  const me = useLoaded(() => call("get", "/api/v1/me"), []);
  const title = route.at === "campaign" ? `${route.campaign} · Askance` : "Askance";
  useEffect(() => {
    document.title = title;
  }, [title]);
  if (route.at === "join") return <Join token={route.token} />;
  if (me.error instanceof Refusal && me.error.code === "no_token") return <NoToken why={me.error.message} />;
  if (me.error instanceof Refusal && me.error.status === 401) return <SignIn why={me.error.message} />;
  if (me.error) return <Trouble error={me.error} retry={me.again} />;
  return me.value ? (
    <Caught key={JSON.stringify(route)}>
      <Routed route={route} me={me.value} />
    </Caught>
  ) : null;
}

function Routed({ route, me }: { route: Route; me: Me }): ReactNode {
  if (route.at !== "campaign") return <Home me={me} />;
  return <Inside key={route.campaign} campaign={route.campaign} screen={route.screen} me={me} />;
}

/** A fault of the page takes down the screen it is in, says so, and loses nothing: answers are in the outbox. */
class Caught extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state = { error: null as Error | null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    return error ? <Trouble error={error} retry={() => location.reload()} /> : this.props.children;
  }
}
