/** The questions at hand: answered at once, sent behind, topped up before they run out.
 *
 * Plain TypeScript: what the network, the clock and the storage are is told to it, so that it is tested without them.
 */
import type { Guess, Past, Queue as Served, Task, Undone, Value } from "../api/types";
import { depth, median, remembered } from "./depth";
import type { Outbox } from "./outbox";

export interface Want {
  n: number; // how many to hold in all
  have: string[];
}

export interface Server {
  queue(n: number, have: string[]): Promise<Served>;
  undo(): Promise<Undone>;
  heartbeat(ids: string[]): Promise<unknown>;
  release(ids: string[]): Promise<unknown>;
}

/** What was done with a question in this sitting, newest first.  value undefined: it was skipped. */
export interface Done {
  task: Task;
  value: Value | undefined;
  at: number;
}

/** A question on the screen.  earlier: what was answered before, where it is open again. */
export interface Open {
  task: Task;
  earlier?: Value;
  reopened: boolean;
}

export interface Seen {
  suggested?: string;
  shown: boolean;
  keys: number;
}

export interface State {
  open: Open[];
  done: Done[];
  left: number;
  labels: number;
  model: number;
  loaded: boolean;
  waiting: boolean;
  emptyWhy: string;
  trouble: string;
  toast: string;
  /** Times of the answers of this sitting, ms. */
  pace: number[];
}

export interface Settings {
  strict: boolean; // one question at a time: always the best by the newest ranking
  now(): number;
  read(stored: string): Value; // a label as the store has it
  key(): string;
  /** When to ask for more after an answer: when the next question has been drawn. */
  soon?(work: () => void): void;
}

const KEPT = 10; // of the history
const EMPTY: State = {
  open: [],
  done: [],
  left: 0,
  labels: 0,
  model: 0,
  loaded: false,
  waiting: false,
  emptyWhy: "",
  trouble: "",
  toast: "",
  pace: [],
};

export class Queue {
  state: State = EMPTY;
  private listeners = new Set<() => void>();
  private rtts: number[] = [];
  private decisions: number[] = [];
  private began = 0;
  private topping: Promise<void> | null = null;
  private again = false;
  private undoing = false;
  private answered = new Set<string>();

  constructor(
    private readonly server: Server,
    readonly outbox: Outbox,
    private settings: Settings,
  ) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): State => this.state;

  private set(change: Partial<State>): void {
    const before = this.state.open[0]?.task.id;
    this.state = { ...this.state, ...change };
    if (this.state.open[0]?.task.id !== before) this.began = this.settings.now();
    for (const listener of this.listeners) listener();
  }

  get depth(): number {
    if (this.settings.strict) return 1;
    if (!this.rtts.length || !this.decisions.length) return 5;
    return depth(median(this.rtts), median(this.decisions));
  }

  setStrict(strict: boolean): void {
    this.settings = { ...this.settings, strict };
  }

  /** What was done before this sitting. */
  remember(past: Past[]): void {
    const done = past.map((p) => ({ task: pastTask(p), value: p.value === null ? undefined : this.settings.read(p.value), at: p.at * 1000 }));
    this.set({ done: [...this.state.done, ...done].slice(0, KEPT) });
  }

  // ---- questions in

  /** Asks for more where there are too few; -> when that is done.  One request at a time. */
  topUp(): Promise<void> {
    if (this.topping) {
      this.again = true;
      return this.topping;
    }
    this.topping = this.fetch().finally(() => {
      this.topping = null;
      if (this.again) {
        this.again = false;
        void this.topUp();
      }
    });
    return this.topping;
  }

  /** What is missing, and what is at hand or under way; undefined where there is enough. */
  private wanted(): Want | undefined {
    const held = this.state.open.map((o) => o.task.id);
    const missing = this.depth - held.length;
    const have = [...new Set([...held, ...this.outbox.ids])].slice(0, 200);
    // Two at a time, while another is there: half the requests, and what comes is chosen as late.
    const enough = missing <= 0 || (missing === 1 && held.length > 1);
    return enough || have.length + missing > 50 ? undefined : { n: have.length + missing, have };
  }

  /** What to ask for along with answers that are just being sent. */
  wanting = (): Want | undefined => (this.topping ? undefined : this.wanted());

  private async fetch(): Promise<void> {
    const want = this.wanted();
    if (!want) return this.set({ waiting: false });
    const began = this.settings.now();
    this.set({ waiting: true });
    try {
      const served = await this.server.queue(want.n, want.have);
      this.rtts = remembered(this.rtts, this.settings.now() - began);
      this.arrived(served);
    } catch (error) {
      this.set({ waiting: false, trouble: error instanceof Error ? error.message : String(error) });
    }
  }

  /** What was answered or is open already stays as it is: nothing jumps under the hand. */
  arrived(served: Served): void {
    const there = new Set([...this.state.open.map((o) => o.task.id), ...this.outbox.ids, ...this.answered]);
    const fresh = served.tasks.filter((t) => !there.has(t.id)).map((task) => ({ task, reopened: false }));
    this.set({
      open: [...this.state.open, ...fresh],
      left: served.left,
      labels: served.labels,
      loaded: true,
      waiting: false,
      emptyWhy: served.empty_why ?? "",
      trouble: "",
    });
    this.newModel(served.model);
  }

  /** A live update of the server. */
  told(live: { labels: number; left: number; model: number }): void {
    this.set({ labels: live.labels, left: live.left });
    this.newModel(live.model);
    if (!this.state.open.length) void this.topUp();
  }

  counted(labels: number): void {
    this.set({ labels });
  }

  private newModel(model: number): void {
    if (model === this.state.model) return;
    const first = this.state.model === 0 && !this.state.toast && this.state.pace.length === 0;
    const toast = first ? "" : `Model updated: version ${model}, ${this.state.labels} labels`;
    this.set({ model, toast });
  }

  clearToast(): void {
    this.set({ toast: "" });
  }

  say(toast: string): void {
    this.set({ toast });
  }

  // ---- answers out

  /** The answer is in the outbox and the next question is open when this returns. */
  answer(value: Value, seen: Seen): void {
    const [now, ...rest] = this.state.open;
    if (!now) return;
    const at = this.settings.now();
    const ms = Math.max(0, Math.min(86_400_000, Math.round(at - this.began)));
    const body = {
      key: this.settings.key(),
      id: now.task.id,
      value,
      ms,
      keys: seen.keys,
      shown: seen.shown,
      ...(seen.suggested === undefined ? {} : { suggested: seen.suggested.slice(0, 1000) }),
      ...(now.task.model ? { model: now.task.model } : {}),
    };
    if (!now.reopened) this.decisions = remembered(this.decisions, ms);
    this.closed(now, rest, value, at, now.reopened ? this.state.pace : [...this.state.pace, at]);
    this.outbox.add({ kind: "answer", body });
    this.later();
  }

  skip(why: string): void {
    const [now, ...rest] = this.state.open;
    if (!now) return;
    if (now.reopened) return this.put(rest); // it has its answer; leaving it is no skip
    this.closed(now, rest, undefined, this.settings.now(), this.state.pace);
    this.outbox.add({ kind: "skip", body: { key: this.settings.key(), id: now.task.id, why } });
    void this.topUp();
  }

  /** The answer's own request asks for more; another does where that one could not. */
  private later(): void {
    const work = (): void => void this.outbox.flush().then(() => this.topUp());
    if (this.settings.soon) this.settings.soon(work);
    else work();
  }

  private closed(now: Open, rest: Open[], value: Value | undefined, at: number, pace: number[]): void {
    this.answered.add(now.task.id);
    const others = this.state.done.filter((d) => d.task.id !== now.task.id);
    this.set({ open: rest, pace, done: [{ task: now.task, value, at }, ...others].slice(0, KEPT) });
  }

  private put(open: Open[]): void {
    this.set({ open });
    void this.topUp();
  }

  remark(flagged: boolean, note: string): void {
    const [now, ...rest] = this.state.open;
    if (!now) return;
    this.set({ open: [{ ...now, task: { ...now.task, flagged, note } }, ...rest] });
    this.outbox.add({ kind: "remark", body: { key: this.settings.key(), id: now.task.id, flagged, note } });
  }

  // ---- back

  /** The latest answer or skip is taken back and its question is open again, with what was answered. */
  async undo(): Promise<void> {
    if (this.undoing) return;
    this.undoing = true;
    try {
      const local = this.outbox.takeBack((id) => this.state.done.some((d) => d.task.id === id));
      if (local) return this.back(local.body.id, local.kind === "answer" ? local.body.value : undefined);
      await this.outbox.flush();
      if (this.outbox.unsent) return this.say("Undo waits until what is unsent has reached the server");
      const undone = await this.server.undo();
      const value = undone.value ?? undefined;
      this.reopen({ task: undone.task, reopened: false, ...(value === undefined ? {} : { earlier: this.settings.read(value) }) });
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error));
    } finally {
      this.undoing = false;
    }
  }

  private back(id: string, earlier: Value | undefined): void {
    const was = this.state.done.find((d) => d.task.id === id);
    if (was) this.reopen({ task: was.task, reopened: false, ...(earlier === undefined ? {} : { earlier }) });
  }

  private reopen(open: Open): void {
    const id = open.task.id;
    this.answered.delete(id);
    this.set({
      open: [open, ...this.state.open.filter((o) => o.task.id !== id)],
      done: this.state.done.filter((d) => d.task.id !== id),
      pace: open.reopened ? this.state.pace : this.state.pace.slice(0, -1),
    });
  }

  /** Something of the history once more: another answer takes the place of the first. */
  revisit(id: string): void {
    const was = this.state.done.find((d) => d.task.id === id);
    if (!was || was.value === undefined) return;
    const open = this.state.open.filter((o) => !o.reopened);
    this.set({ open: [{ task: was.task, earlier: was.value, reopened: true }, ...open] });
  }

  // ---- while it is open

  beat(): void {
    const ids = this.state.open.filter((o) => !o.reopened).map((o) => o.task.id);
    if (ids.length) this.server.heartbeat(ids).catch(() => undefined);
  }

  leave(): void {
    const sending = new Set(this.outbox.ids);
    const ids = this.state.open.filter((o) => !o.reopened && !sending.has(o.task.id)).map((o) => o.task.id);
    if (ids.length) this.server.release(ids).catch(() => undefined);
  }
}

/** Labels an hour, over the answers of this sitting; breaks of over five minutes are left out. */
export function perHour(pace: readonly number[]): number | null {
  let worked = 0;
  let n = 0;
  for (let i = 1; i < pace.length; i++) {
    const gap = pace[i]! - pace[i - 1]!;
    if (gap < 300_000) {
      worked += gap;
      n++;
    }
  }
  return n >= 4 && worked > 0 ? Math.round((3_600_000 * n) / worked) : null;
}

function pastTask(p: Past): Task {
  const guesses: Guess[] = [];
  const none = { round: 0, rank: 0, utility: 0, why: "", until: 0, model: 0, flagged: false, note: "" };
  return { ...none, id: p.id, content: p.content, guesses };
}
