/** What a person has set for themselves, in this browser. */
import { useSyncExternalStore } from "react";

export interface Prefs {
  theme: "system" | "light" | "dark";
  why: boolean;
  past: boolean;
  strict: boolean;
  shortcuts: boolean;
  /** A recording plays when its question comes. */
  autoplay: boolean;
  /** Of recordings; 1 is as they are. */
  speed: number;
}

const PLACE = "askance:prefs";
const USUAL: Prefs = { theme: "system", why: true, past: true, strict: false, shortcuts: true, autoplay: false, speed: 1 };
let now: Prefs = load();
const listeners = new Set<() => void>();

function load(): Prefs {
  try {
    return { ...USUAL, ...(JSON.parse(localStorage.getItem(PLACE) ?? "{}") as Partial<Prefs>) };
  } catch {
    return USUAL;
  }
}

export function setPrefs(change: Partial<Prefs>): void {
  now = { ...now, ...change };
  try {
    localStorage.setItem(PLACE, JSON.stringify(now));
  } catch {
    // it holds until the page is closed
  }
  paint();
  for (const listener of listeners) listener();
}

export function paint(): void {
  if (now.theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = now.theme;
}

export function usePrefs(): Prefs {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => now,
  );
}
