/** Where in the page one is: /, /c/NAME, /c/NAME/dashboard, /join. */
import { useSyncExternalStore } from "react";

export type Screen = "label" | "grid" | "map" | "review" | "dashboard" | "settings";
export type Route = { at: "home" } | { at: "join"; token: string } | { at: "campaign"; campaign: string; screen: Screen };

export const SCREENS: Screen[] = ["label", "grid", "map", "review", "dashboard", "settings"];

export function parse(path: string, search: string): Route {
  const parts = path.split("/").filter(Boolean).map(decoded);
  if (parts[0] === "join") return { at: "join", token: new URLSearchParams(search).get("token") ?? "" };
  if (parts[0] !== "c" || !parts[1]) return { at: "home" };
  const screen = SCREENS.find((s) => s === parts[2]) ?? "label";
  return { at: "campaign", campaign: parts[1], screen };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function href(campaign: string, screen: Screen = "label"): string {
  return `/c/${encodeURIComponent(campaign)}${screen === "label" ? "" : `/${screen}`}`;
}

const MOVED = "askance:moved";

export function go(path: string): void {
  history.pushState(null, "", path);
  window.dispatchEvent(new Event(MOVED));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  window.addEventListener(MOVED, listener);
  return () => {
    window.removeEventListener("popstate", listener);
    window.removeEventListener(MOVED, listener);
  };
}

export function useRoute(): Route {
  const at = useSyncExternalStore(subscribe, () => location.pathname + location.search);
  const [path, search] = at.split("?", 2);
  return parse(path ?? "/", search ?? "");
}
