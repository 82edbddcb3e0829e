import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Answer } from "../src/api/types";
import { Outbox, type Sender, type Verdict } from "../src/engine/outbox";
import { Shelf } from "./shelf";

/** A server that keeps what it takes by key, as ours does. */
class Desk implements Sender {
  online = true;
  kept = new Map<string, unknown>();
  requests: string[][] = [];
  wrong = new Set<string>();
  loseNextAnswer = false;
  answers(bodies: Answer[]): Promise<unknown> {
    this.requests.push(bodies.map((b) => b.key));
    if (!this.online) return Promise.reject(new Error("offline"));
    if (bodies.some((b) => this.wrong.has(b.key))) return Promise.reject(new Error("refused"));
    for (const b of bodies) this.kept.set(b.key, b.value);
    if (this.loseNextAnswer) {
      this.loseNextAnswer = false;
      return Promise.reject(new Error("offline"));
    }
    return Promise.resolve();
  }
  skip(body: { key: string }): Promise<unknown> {
    return this.answers([{ key: body.key, id: "", value: "skip" }]);
  }
  remark(body: { id: string }): Promise<unknown> {
    return this.answers([{ key: `remark-${body.id}`, id: body.id, value: "remark" }]);
  }
}

const judge = (e: unknown): Verdict => {
  const said = (e as Error).message;
  return said === "refused" ? "refused" : said === "401" ? "sign in" : "again";
};
const answer = (n: number): { kind: "answer"; body: Answer } => ({
  kind: "answer",
  body: { key: `key-${n}`, id: `id-${n}`, value: `v${n}` },
});
const any = (): boolean => true;

describe("the outbox", () => {
  let shelf: Shelf;
  let desk: Desk;
  const open = (): Outbox => new Outbox(shelf, "box:", desk, judge, [100]);
  beforeEach(() => {
    vi.useFakeTimers();
    shelf = new Shelf();
    desk = new Desk();
  });
  afterEach(() => vi.useRealTimers());
  const settle = (ms = 1000): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

  it("keeps an answer until it is acknowledged, and no longer", async () => {
    const box = open();
    box.add(answer(1));
    expect(shelf.length).toBe(1);
    await settle();
    expect([box.unsent, shelf.length, desk.kept.get("key-1")]).toEqual([0, 0, "v1"]);
  });

  it("loses nothing offline, nor by a reload, and sends each key once it can", async () => {
    desk.online = false;
    const box = open();
    for (let n = 0; n < 30; n++) box.add(answer(n));
    await settle(5000);
    expect(box.unsent).toBe(30);
    expect(box.trouble).toContain("offline");
    box.close();
    const again = open();
    expect(again.unsent).toBe(30);
    desk.online = true;
    await again.flush();
    expect([...desk.kept.keys()]).toEqual(Array.from({ length: 30 }, (_, n) => `key-${n}`));
    expect(shelf.length).toBe(0);
  });

  it("sends the same key once more where the acknowledgement was lost", async () => {
    desk.loseNextAnswer = true;
    const box = open();
    box.add(answer(1));
    await settle();
    expect(desk.requests.flat()).toEqual(["key-1", "key-1"]);
    expect([desk.kept.size, box.unsent]).toEqual([1, 0]);
  });

  it("keeps the order of answers, skips and remarks", async () => {
    desk.online = false;
    const box = open();
    box.add(answer(1));
    box.add({ kind: "skip", body: { key: "skip-2", id: "id-2", why: "" } });
    box.add(answer(3));
    box.add({ kind: "remark", body: { key: "r", id: "id-4", flagged: true, note: "" } });
    await settle(10);
    desk.online = true;
    await settle(5000);
    expect([...desk.kept.keys()]).toEqual(["key-1", "skip-2", "key-3", "remark-id-4"]);
  });

  it("sets one that is refused aside, in storage, and sends the others", async () => {
    desk.wrong.add("key-2");
    const box = open();
    desk.online = false;
    for (let n = 1; n <= 4; n++) box.add(answer(n));
    await settle(10);
    desk.online = true;
    await settle(5000);
    expect([...desk.kept.keys()]).toEqual(["key-1", "key-3", "key-4"]);
    expect(box.refused.map((r) => r.entry.body)).toEqual([answer(2).body]);
    box.close();
    const again = open();
    expect([again.unsent, again.refused.length]).toEqual([0, 1]);
    expect(again.refused[0]!.why).toBe("refused");
    again.settle(again.refused[0]!);
    expect(shelf.length).toBe(0);
  });

  it("takes back what was not sent, and not what is under way", async () => {
    desk.online = false;
    const box = open();
    box.add(answer(1));
    expect(box.takeBack(any)).toBeNull(); // it flies
    await settle(10);
    expect(box.takeBack(() => false)).toBeNull(); // its question is not known here any more: it stays
    expect(box.unsent).toBe(1);
    expect(box.takeBack(any)?.body.id).toBe("id-1");
    desk.online = true;
    await settle(5000);
    expect([desk.kept.size, shelf.length]).toEqual([0, 0]);
  });

  it("says so where the browser keeps nothing, and sends all the same", async () => {
    shelf.full = true;
    const box = open();
    box.add(answer(1));
    expect(box.durable).toBe(false);
    await settle();
    expect(desk.kept.size).toBe(1);
  });

  it("waits for a sign-in, and goes on after it", async () => {
    const box = open();
    const sent = vi.spyOn(desk, "answers").mockRejectedValueOnce(new Error("401"));
    box.add(answer(1));
    await settle(60_000);
    expect([box.needsSignIn, sent.mock.calls.length]).toEqual([true, 1]);
    await box.retry();
    expect([box.unsent, desk.kept.size]).toEqual([0, 1]);
  });
});
