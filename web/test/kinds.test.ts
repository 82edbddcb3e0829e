import { describe, expect, it } from "vitest";
import { matching } from "../src/kinds/choices";
import { readNumber } from "../src/kinds/number";
import { blank, counts, fill, maskValue, painted, stroke } from "../src/kinds/runs";
import { nextWord, tokens, withSpan } from "../src/kinds/tokens";
import { names } from "../src/keys";
import { parse } from "../src/route";

describe("spans", () => {
  it("count code points, not UTF-16 units", () => {
    const text = "Zürich 🙂 said e\u0301tat";
    const all = tokens(text);
    const points = [...text];
    for (const t of all) expect(points.slice(t.start, t.end).join("")).toBe(t.text);
    expect(all.at(-1)!.end).toBe(points.length);
    expect(text.length).toBe(points.length + 1);
    const said = all.find((t) => t.text === "said")!;
    expect([said.start, said.end]).toEqual([9, 13]);
  });
  it("go from word to word over what is between them", () => {
    const all = tokens("a b");
    expect(all[nextWord(all, 0, 1)]!.text).toBe("b");
    expect([nextWord(all, 0, -1), nextWord(all, 2, 1)]).toEqual([-1, -1]);
  });
  it("give way to one that overlaps, unless they may; the same once more goes", () => {
    const [a, b] = [
      { start: 0, end: 4, label: "X" },
      { start: 2, end: 6, label: "Y" },
    ];
    expect(withSpan([a], b, false)).toEqual([b]);
    expect(withSpan([a], b, true)).toEqual([a, b]);
    expect(withSpan([a, b], a, true)).toEqual([b]);
  });
});

describe("masks", () => {
  it("are counted column by column, as COCO does: the example of labelling.md", () => {
    const m = blank(6, 4);
    for (const y of [1, 2]) for (const x of [2, 3, 4]) m.pixels[y * 6 + x] = 1;
    expect(counts(m, 1)).toEqual([9, 2, 2, 2, 2, 2, 5]);
    expect(painted(maskValue(m, ["cell"]), ["cell"]).pixels).toEqual(m.pixels);
  });
  it("begin with off, also where the first pixel is on", () => {
    const m = blank(1, 2);
    m.pixels[0] = 1;
    expect(counts(m, 1)).toEqual([0, 1, 1]);
  });
  it("are painted within the picture, and filled up to the edge of another class", () => {
    const m = blank(9, 9);
    stroke(m, { x: 0, y: 4 }, { x: 8, y: 4 }, 0.4, 1);
    expect([...m.pixels].filter((p) => p === 1).length).toBe(9);
    fill(m, 3, 0, 2);
    expect([...m.pixels.slice(0, 36)].every((p) => p === 2)).toBe(true);
    expect([...m.pixels.slice(45)].every((p) => p === 0)).toBe(true);
    stroke(m, { x: -5, y: -5 }, { x: 20, y: 20 }, 30, 1);
    expect([...m.pixels].every((p) => p === 1)).toBe(true);
  });
});

describe("numbers", () => {
  it("are read as the server reads them, or say what would be right", () => {
    expect([readNumber("12,5", 0, 100), readNumber(".5", null, null), readNumber("1e3", null, null)]).toEqual([12.5, 0.5, 1000]);
    expect(readNumber("200", 0, 100)).toBe("A label here is 100 or less");
    for (const wrong of ["", "1.2.3", "--1", "Infinity", "0x10"]) expect(typeof readNumber(wrong, null, null)).toBe("string");
  });
});

describe("keys", () => {
  const press = (key: string, code: string, held: object = {}): string[] =>
    names({ key, code, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...held } as KeyboardEvent);
  it("are named by what they write, and digits by where they are", () => {
    expect(press("a", "KeyA")).toEqual(["a"]);
    expect(press("&", "Digit1")).toEqual(["&", "1"]);
    expect(press("!", "Digit1", { shiftKey: true })).toEqual(["!", "Shift+1"]);
    expect(press("?", "Slash", { shiftKey: true })).toEqual(["?"]);
    expect(press(" ", "Space", { shiftKey: true })).toEqual(["Shift+ "]);
    expect(press("ArrowLeft", "ArrowLeft", { altKey: true })).toEqual(["Alt+ArrowLeft"]);
    expect(press("z", "KeyZ", { ctrlKey: true })).toEqual(["Ctrl+z"]);
  });
});

describe("the list of classes", () => {
  it("has first what begins with the letters", () => {
    expect(matching(["broken car", "car", "cat"], "ca")).toEqual(["car", "cat", "broken car"]);
  });
});

describe("addresses", () => {
  it("name the campaign and its screen, whatever the name has in it", () => {
    expect(parse("/c/a%20b%2F%25/map", "")).toEqual({ at: "campaign", campaign: "a b/%", screen: "map" });
    expect(parse("/c/x/nothing", "")).toEqual({ at: "campaign", campaign: "x", screen: "label" });
    expect(parse("/join", "?token=t")).toEqual({ at: "join", token: "t" });
    expect(parse("/c/%E0%A4%A", "")).toEqual({ at: "campaign", campaign: "%E0%A4%A", screen: "label" });
  });
});
