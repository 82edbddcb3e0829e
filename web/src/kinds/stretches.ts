/** Stretches of time with a class each, as the store has them: seconds to a thousandth. */

export interface Segment {
  start: number;
  end: number;
  label: string;
}

export function thousandth(seconds: number): number {
  return Math.round(Math.max(0, seconds) * 1000) / 1000;
}

/** In order of their beginnings, with the new one; those that it may not overlap give way.  The same once more goes. */
export function withSegment(all: Segment[], added: Segment, overlapping: boolean): Segment[] {
  const segment = { ...added, start: thousandth(added.start), end: thousandth(added.end) };
  if (segment.end <= segment.start) return all;
  const same = (s: Segment): boolean => s.start === segment.start && s.end === segment.end && s.label === segment.label;
  if (all.some(same)) return all.filter((s) => !same(s));
  const apart = (s: Segment): boolean => s.end <= segment.start || s.start >= segment.end;
  return [...all.filter((s) => overlapping || apart(s)), segment].sort((a, b) => a.start - b.start || a.end - b.end || (a.label < b.label ? -1 : 1));
}

/** The one after, or before, the n-th; around the ends. */
export function neighbour(all: readonly unknown[], n: number, step: 1 | -1): number {
  if (!all.length) return -1;
  return n < 0 ? (step > 0 ? 0 : all.length - 1) : (n + step + all.length) % all.length;
}
