import { describe, expect, it } from "vitest";
import { neighbour, thousandth, withSegment, type Segment } from "../src/kinds/stretches";
import { nextSpeed } from "../src/parts/audio";
import { addressed, clock, columns, following, WHOLE, zoomed } from "../src/parts/peaks";

describe("segments", () => {
  const [a, b]: Segment[] = [
    { start: 0, end: 2, label: "owl" },
    { start: 1, end: 3, label: "rain" },
  ];
  it("are kept in the order of their beginnings, to a thousandth", () => {
    expect(withSegment([b!], { start: 0, end: 2.00049, label: "owl" }, true)).toEqual([a, b]);
    expect(thousandth(-1e-9)).toBe(0);
  });
  it("give way to one that overlaps, unless they may sound at once", () => {
    expect(withSegment([a!], b!, false)).toEqual([b]);
    expect(withSegment([a!], b!, true)).toEqual([a, b]);
    const after = { start: 2, end: 3, label: "owl" };
    expect(withSegment([a!], after, false)).toEqual([a, after]); // they touch, and do not overlap
  });
  it("go where they are drawn once more, and are none without a length", () => {
    expect(withSegment([a!, b!], { ...a! }, true)).toEqual([b]);
    expect(withSegment([a!], { start: 1, end: 1.0001, label: "x" }, true)).toEqual([a]);
  });
  it("are gone through in a circle", () => {
    expect([neighbour([a, b], -1, 1), neighbour([a, b], -1, -1), neighbour([a, b], 1, 1), neighbour([a, b], 0, -1)]).toEqual([0, 1, 0, 1]);
    expect(neighbour([], -1, 1)).toBe(-1);
  });
});

describe("recordings", () => {
  it("are known by their address alone", () => {
    const place = "/api/v1/campaigns/my%20calls/media/00ff00ff00ff00ff";
    expect(addressed(place)).toEqual({ campaign: "my calls", sample: "00ff00ff00ff00ff" });
    for (const other of ["https://elsewhere/a.wav", "/api/v1/campaigns/x/media/../../etc", ""]) expect(addressed(other)).toBeNull();
  });
  it("are drawn by the extremes under each column", () => {
    const peaks = { seconds: 1, low: [-127, 0, -64, -1], high: [0, 127, 64, 1] };
    expect(columns(peaks, 2)).toEqual([
      [-1, 1],
      [-64 / 127, 64 / 127],
    ]);
    expect(columns(peaks, 8)[7]).toEqual([-1 / 127, 1 / 127]); // more columns than stretches
    expect(columns({ seconds: 1, low: [-127], high: [127] }, 3)).toEqual(Array(3).fill([-1, 1]));
  });
  it("are seen nearer about where they play, and never beyond their ends", () => {
    const near = zoomed(WHOLE, 2, 0.5, 10);
    expect(near).toEqual({ zoom: 2, from: 0.25 });
    expect(zoomed(near, 0.5, 0.9, 10)).toEqual(WHOLE);
    expect(zoomed(WHOLE, 4, 1, 10)).toEqual({ zoom: 4, from: 0.75 });
    expect(zoomed(WHOLE, 64, 0, 10).zoom).toBe(20); // half a second is as near as it gets
    expect(zoomed(WHOLE, 2, 0, 0.3)).toEqual(WHOLE);
    const peaks = { seconds: 1, low: [-127, -64, -32, -1], high: [0, 0, 0, 0] };
    expect(columns(peaks, 2, { zoom: 2, from: 0.5 }).map(([low]) => low)).toEqual([-32 / 127, -1 / 127]);
  });
  it("turn the page when they play on", () => {
    const view = { zoom: 4, from: 0.25 };
    expect(following(view, 0.5)).toBe(view);
    expect(following(view, 0.51)).toEqual({ zoom: 4, from: 0.51 - 0.025 });
    expect(following(view, 1)).toEqual({ zoom: 4, from: 0.75 });
    expect(following(view, 0)).toEqual({ zoom: 4, from: 0 });
  });
  it("say their time so that it does not jump", () => {
    expect([clock(0), clock(4.04), clock(59.96), clock(83.25), clock(600)]).toEqual(["0.0 s", "4.0 s", "1:00.0", "1:23.3", "10:00.0"]);
  });
  it("have speeds that end at the ends", () => {
    expect([nextSpeed(1, 1), nextSpeed(3, 1), nextSpeed(0.5, -1), nextSpeed(7, 1)]).toEqual([1.25, 3, 0.5, 1.25]);
  });
});
