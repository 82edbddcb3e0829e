import { expect, it } from "vitest";

const sources = import.meta.glob<string>("../src/**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true });

it("nothing in the page makes HTML or code out of text", () => {
  expect(Object.keys(sources).length).toBeGreaterThan(30);
  const ways =
    /dangerouslySetInnerHTML|\.(inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(|srcDoc|javascript:/;
  for (const [file, text] of Object.entries(sources)) expect(text, file).not.toMatch(ways);
});
