/** How many questions to hold at hand: enough that the next one is there, few enough that the ranking stays fresh. */

export const FEWEST = 3;
export const MOST = 10;
const REMEMBERED = 15;

/** rtt, decision: medians in ms; ceil(3 rtt / decision) + 2, from 3 to 10. */
export function depth(rtt: number, decision: number): number {
  const wanted = Math.ceil((3 * rtt) / Math.max(1, decision)) + 2;
  return Math.min(MOST, Math.max(FEWEST, wanted));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** The latest values alone. */
export function remembered(values: readonly number[], value: number): number[] {
  return [...values, value].slice(-REMEMBERED);
}
