import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const sources = readdirSync("src", { recursive: true, encoding: "utf-8" })
  .filter((f) => /\.tsx?$/.test(f))
  .map((f) => join("src", f));

it("nothing in the page makes HTML or code out of text", () => {
  expect(sources.length).toBeGreaterThan(30);
  const ways = /dangerouslySetInnerHTML|\.(inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(|srcDoc|javascript:/;
  for (const file of sources) expect(readFileSync(file, "utf-8"), file).not.toMatch(ways);
});
