/** Outlines of recordings, fetched once, and what is reckoned with them. */
import { call } from "../api/client";
import type { Content, Peaks } from "../api/types";

const KEPT = 60;
const fetched = new Map<string, Promise<Peaks>>();

/** The campaign and the sample that an address of a recording names. */
export function addressed(audio: string): { campaign: string; sample: string } | null {
  const found = /\/campaigns\/([^/]+)\/media\/([0-9a-f]{16})$/.exec(audio);
  return found ? { campaign: decodeURIComponent(found[1]!), sample: found[2]! } : null;
}

/** One that failed is tried again the next time. */
export function peaksOf(content: Content): Promise<Peaks> {
  const audio = content.audio ?? "";
  const path = addressed(audio);
  if (!path) return Promise.reject(new Error("there is no recording"));
  const known = fetched.get(audio);
  if (known) return known;
  const asked = call("get", "/api/v1/campaigns/{campaign}/samples/{sample}/peaks", { path });
  fetched.set(audio, asked);
  asked.catch(() => fetched.delete(audio));
  for (const old of fetched.keys()) if (fetched.size > KEPT) fetched.delete(old);
  return asked;
}

/** The part that is seen: how many times larger than the whole, and where it begins, as a share of the whole. */
export interface View {
  zoom: number;
  from: number;
}

export const WHOLE: View = { zoom: 1, from: 0 };
const SHORTEST = 0.5; // seconds that are seen at least

/** Twice or half as near, about this share of the whole, never beyond its ends. */
export function zoomed(view: View, by: number, about: number, seconds: number): View {
  const zoom = Math.max(1, Math.min(view.zoom * by, Math.max(1, seconds / SHORTEST)));
  const before = Math.min(1, Math.max(0, (about - view.from) * view.zoom)); // where in the view it is, and stays
  return { zoom, from: within(about - before / zoom, zoom) };
}

/** The view, turned like a page where this share of the whole is not in it. */
export function following(view: View, about: number): View {
  const length = 1 / view.zoom;
  const seen = about >= view.from - 1e-9 && about <= view.from + length + 1e-9;
  return seen ? view : { zoom: view.zoom, from: within(about - length / 10, view.zoom) };
}

function within(from: number, zoom: number): number {
  return Math.min(Math.max(0, from), 1 - 1 / zoom);
}

/** The least and the greatest value under each of n columns, from -1 to 1; fewer stretches than columns are repeated. */
export function columns(peaks: Peaks, n: number, view: View = WHOLE): [low: number, high: number][] {
  const all = peaks.low.length;
  const edge = (k: number): number => Math.floor(Math.min(1, view.from + k / n / view.zoom) * all + 1e-9);
  return Array.from({ length: n }, (_, k) => {
    const first = Math.min(all - 1, edge(k));
    const stop = Math.max(first + 1, edge(k + 1));
    return [Math.min(...peaks.low.slice(first, stop)) / 127, Math.max(...peaks.high.slice(first, stop)) / 127];
  });
}

/** 83.25 -> "1:23.3"; under a minute "4.0 s". */
export function clock(seconds: number): string {
  const tenths = Math.round(seconds * 10);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const [minutes, rest] = [Math.floor(tenths / 600), (tenths % 600) / 10];
  return `${minutes}:${rest.toFixed(1).padStart(4, "0")}`;
}
