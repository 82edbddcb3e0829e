import { beforeEach, describe, expect, it } from "vitest";
import type { Answer, Queue as Served, Skip, Task, Undone } from "../src/api/types";
import { depth, median } from "../src/engine/depth";
import { Outbox, type Sender } from "../src/engine/outbox";
import { perHour, Queue, type Server, type Want } from "../src/engine/queue";
import { Shelf } from "./shelf";

const task = (n: number): Task => ({
  id: String(n).padStart(16, "0"),
  round: 0,
  rank: n,
  utility: 0,
  why: "w",
  until: 0,
  model: 1,
  content: { kind: "text", name: `t${n}`, text: `text ${n}` },
  guesses: [],
  flagged: false,
  note: "",
});

/** The rules of our server, in a few lines: leases of one person, answers by key, undo of the latest. */
class House implements Server, Sender {
  all = Array.from({ length: 40 }, (_, n) => task(n + 1));
  done: { id: string; value: string | null }[] = [];
  online = true;
  asked: { n: number; have: string[] }[] = [];
  released: string[] = [];
  model = 1;
  private reach(): void {
    if (!this.online) throw new Error("offline");
  }
  async queue(n: number, have: string[]): Promise<Served> {
    this.reach();
    this.asked.push({ n, have });
    const gone = new Set([...this.done.map((d) => d.id), ...have]);
    const tasks = this.all.filter((t) => !gone.has(t.id)).slice(0, Math.max(0, n - have.length));
    return { tasks, left: 0, model: this.model, labels: this.done.length, empty_why: tasks.length ? "" : "done" };
  }
  async answers(bodies: Answer[]): Promise<void> {
    this.reach();
    for (const b of bodies) {
      this.done = [...this.done.filter((d) => d.id !== b.id), { id: b.id, value: String(b.value) }];
    }
  }
  async skip(b: Skip): Promise<void> {
    this.reach();
    this.done.push({ id: b.id, value: null });
  }
  async remark(): Promise<void> {
    this.reach();
  }
  async undo(): Promise<Undone> {
    this.reach();
    const last = this.done.pop();
    if (!last) throw new Error("there is no answer to take back");
    return { task: this.all.find((t) => t.id === last.id)!, value: last.value };
  }
  async heartbeat(): Promise<void> {
    this.reach();
  }
  async release(ids: string[]): Promise<void> {
    this.released.push(...ids);
  }
}

const seen = { shown: false, keys: 1 };
const pause = (): Promise<unknown> => new Promise((r) => setTimeout(r, 5));

describe("the queue", () => {
  let house: House;
  let shelf: Shelf;
  let at = 0;
  const open = (strict = false): Queue => {
    let n = 0;
    const outbox = new Outbox(shelf, "q:", house, () => "again", [1]);
    return new Queue(house, outbox, { strict, now: () => (at += 100), key: () => `key-${n++}-of-it`, read: (s) => s });
  };
  const front = (q: Queue): string | undefined => q.state.open[0]?.task.content.name;
  beforeEach(() => {
    house = new House();
    shelf = new Shelf();
  });

  it("has the next question at once, in the server's order, none twice and none left out", async () => {
    const q = open();
    await q.topUp();
    for (let n = 1; n <= 40; n++) {
      expect(front(q)).toBe(`t${n}`);
      q.answer(`v${n}`, seen);
      await pause();
    }
    expect(house.done.map((d) => d.value)).toEqual(house.all.map((_, n) => `v${n + 1}`));
    expect([q.state.open.length, q.state.emptyWhy]).toEqual([0, "done"]);
  });

  it("asks for more with the answers, and by a request of its own only where there are none to send", async () => {
    let q: Queue | undefined;
    const wanted: Want[] = [];
    const line: Sender = {
      answers: async (bodies) => {
        const want = q!.wanting();
        await house.answers(bodies);
        if (!want) return;
        wanted.push(want);
        const gone = new Set([...house.done.map((d) => d.id), ...want.have]);
        const tasks = house.all.filter((t) => !gone.has(t.id)).slice(0, Math.max(0, want.n - want.have.length));
        q!.arrived({ tasks, left: 0, model: 1, labels: house.done.length, empty_why: tasks.length ? "" : "done" });
      },
      skip: (b) => house.skip(b),
      remark: () => house.remark(),
    };
    let n = 0;
    const outbox = new Outbox(shelf, "q:", line, () => "again", [1]);
    q = new Queue(house, outbox, { strict: false, now: () => (at += 100), key: () => `key-${n++}-of-it`, read: (s) => s });
    await q.topUp();
    const before = house.asked.length;
    for (let k = 1; k <= 30; k++) {
      expect(front(q)).toBe(`t${k}`);
      q.answer(`v${k}`, seen);
      await pause();
    }
    expect(house.asked.length).toBe(before);
    expect(wanted.length).toBeGreaterThan(5);
    expect(wanted.every((w) => w.n > w.have.length)).toBe(true);
  });

  it("goes on offline with what is at hand, and the answers arrive later", async () => {
    const q = open();
    await q.topUp();
    house.online = false;
    const held = q.state.open.length;
    for (let n = 0; n < held; n++) q.answer("x", seen);
    await pause();
    expect([q.outbox.unsent, house.done.length, q.state.open.length]).toEqual([held, 0, 0]);
    house.online = true;
    await q.outbox.retry();
    await q.topUp();
    expect([q.outbox.unsent, house.done.length, front(q)]).toEqual([0, held, `t${held + 1}`]);
  });

  it("tells the server what is under way, so that it is not handed out again", async () => {
    const q = open();
    await q.topUp();
    q.answer("x", seen);
    await pause();
    for (const { n, have } of house.asked) expect(n).toBeGreaterThan(have.length);
    expect(new Set(q.state.open.map((o) => o.task.id)).size).toBe(q.state.open.length);
  });

  it("undoes across submits, one by one, and an undone skip as well", async () => {
    const q = open();
    await q.topUp();
    q.answer("a", seen);
    await pause();
    q.skip("unclear");
    await pause();
    q.answer("c", seen);
    await pause();
    await q.undo();
    expect([front(q), q.state.open[0]!.earlier]).toEqual(["t3", "c"]);
    await q.undo();
    expect([front(q), q.state.open[0]!.earlier]).toEqual(["t2", undefined]);
    await q.undo();
    expect([front(q), q.state.open[0]!.earlier]).toEqual(["t1", "a"]);
    expect(house.done).toEqual([]);
    await q.undo();
    expect(q.state.toast).toContain("no answer to take back");
  });

  it("undoes what was never sent without the server", async () => {
    const q = open();
    await q.topUp();
    house.online = false;
    q.answer("a", seen);
    await pause();
    await q.undo();
    expect([front(q), q.state.open[0]!.earlier, q.outbox.unsent]).toEqual(["t1", "a", 0]);
  });

  it("lets another answer take the place of an earlier one", async () => {
    const q = open();
    await q.topUp();
    q.answer("a", seen);
    await pause();
    q.revisit(house.all[0]!.id);
    expect([front(q), q.state.open[0]!.reopened]).toEqual(["t1", true]);
    q.answer("b", seen);
    await pause();
    expect([house.done[0]!.value, front(q)]).toEqual(["b", "t2"]);
  });

  it("never moves what is open when a new model comes, and says so", async () => {
    const q = open();
    await q.topUp();
    q.answer("a", seen);
    await pause();
    const before = q.state.open;
    q.told({ labels: 40, left: 3, model: 2 });
    expect(q.state.open).toBe(before);
    expect(q.state.toast).toBe("Model updated: version 2, 40 labels");
  });

  it("holds one question alone in strict order", async () => {
    const q = open(true);
    await q.topUp();
    expect(q.state.open.length).toBe(1);
  });

  it("gives back what it holds when it is left, but for what is under way", async () => {
    const q = open();
    await q.topUp();
    house.online = false;
    q.answer("a", seen);
    await pause();
    const held = q.state.open.map((o) => o.task.id);
    q.leave();
    expect(house.released).toEqual(held);
    expect(held).not.toContain(house.all[0]!.id);
  });
});

describe("how many to hold", () => {
  it("is from three to ten, more where the network is slow or the hand is fast", () => {
    expect([depth(10, 2000), depth(400, 600), depth(5000, 500), depth(0, 0)]).toEqual([3, 4, 10, 3]);
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
  });
  it("leaves breaks out of the labels an hour", () => {
    expect(perHour([0, 1000])).toBeNull();
    expect(perHour([0, 2000, 4000, 1_000_000, 1_002_000, 1_004_000])).toBe(1800);
  });
});
