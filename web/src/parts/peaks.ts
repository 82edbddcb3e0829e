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

/** The least and the greatest value under each of n columns, from -1 to 1; fewer stretches than columns are repeated. */
export function columns(peaks: Peaks, n: number): [low: number, high: number][] {
  const all = peaks.low.length;
  return Array.from({ length: n }, (_, k) => {
    const first = Math.min(all - 1, Math.floor((k * all) / n));
    const stop = Math.max(first + 1, Math.floor(((k + 1) * all) / n));
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
