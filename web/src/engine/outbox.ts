/** What was answered and is not yet known to be on the server's disk.
 *
 * Every entry is in the browser's storage before the next question is shown, and leaves it when the server has
 * acknowledged it.  An entry keeps its key for ever, so that sending it twice is sending it once.
 */
import type { Answer, Skip } from "../api/types";

export type Entry =
  | { seq: number; kind: "answer"; body: Answer }
  | { seq: number; kind: "skip"; body: Skip }
  | { seq: number; kind: "remark"; body: { key: string; id: string; flagged: boolean; note: string } };

/** What the server would not have, and why: shown to the person, never thrown away. */
export interface Refused {
  entry: Entry;
  why: string;
}

export interface Sender {
  answers(bodies: Answer[]): Promise<unknown>;
  skip(body: Skip): Promise<unknown>;
  remark(body: { id: string; flagged: boolean; note: string }): Promise<unknown>;
}

export interface Place {
  length: number;
  key(n: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** How an error of the sender is to be taken. */
export type Verdict = "again" | "sign in" | "refused";

const TOGETHER = 50; // answers of one request
const WAITS = [500, 1000, 2000, 4000, 8000, 15_000]; // ms before another try

export class Outbox {
  private entries: Entry[] = [];
  private flying: Entry[] = [];
  private turn: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private failures = 0;
  private next = 0;
  private version = 0;
  private listeners = new Set<() => void>();
  refused: Refused[] = [];
  /** Why the latest try failed, "" while all is well. */
  trouble = "";
  needsSignIn = false;
  /** False where the browser keeps nothing (a full disk, a private window): then closing the page loses answers. */
  durable = true;

  constructor(
    private readonly place: Place,
    private readonly prefix: string,
    private readonly sender: Sender,
    private readonly judge: (error: unknown) => Verdict,
    private readonly waits: number[] = WAITS,
    /** When to send what was just added: it is kept already, so the next question may be drawn first. */
    private readonly soon: (work: () => void) => void = (work) => work(),
  ) {
    for (let n = 0; n < place.length; n++) {
      const key = place.key(n);
      if (key?.startsWith(this.prefix)) this.read(key);
    }
    this.entries.sort((a, b) => a.seq - b.seq);
    this.next = Math.max(Date.now(), this.entries.at(-1)?.seq ?? 0) + 1;
  }

  private read(key: string): void {
    try {
      const found = JSON.parse(this.place.getItem(key) ?? "") as Entry | Refused;
      if ("entry" in found) this.refused.push(found);
      else this.entries.push(found);
    } catch {
      this.trouble = `an unsent answer in this browser cannot be read (${key})`;
    }
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): number => this.version;

  private changed(): void {
    this.version++;
    for (const listener of this.listeners) listener();
  }

  get unsent(): number {
    return this.entries.length;
  }

  /** Samples whose answers are under way: the server must not hand them out again. */
  get ids(): string[] {
    return [...new Set(this.entries.filter((e) => e.kind !== "remark").map((e) => e.body.id))];
  }

  add(entry: { kind: Entry["kind"]; body: Entry["body"] }): void {
    const made = { ...entry, seq: this.next++ } as Entry;
    this.entries.push(made);
    try {
      this.place.setItem(this.prefix + made.seq, JSON.stringify(made));
      this.durable = true;
    } catch {
      this.durable = false;
    }
    this.changed();
    this.soon(() => void this.flush());
  }

  /** Takes the latest answer or skip back, if no request has it yet and its question is known. */
  takeBack(known: (id: string) => boolean): Exclude<Entry, { kind: "remark" }> | null {
    for (let n = this.entries.length - 1; n >= 0; n--) {
      const entry = this.entries[n]!;
      if (entry.kind === "remark") continue;
      if (this.flying.includes(entry) || !known(entry.body.id)) return null;
      this.drop([entry]);
      this.changed();
      return entry;
    }
    return null;
  }

  /** Sends what there is, in order; -> when nothing is left, or nothing more can be done now. */
  flush(): Promise<void> {
    this.turn ??= this.send().finally(() => (this.turn = null));
    return this.turn;
  }

  /** Now, and not when the wait after the latest failure is over. */
  retry(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.needsSignIn = false;
    return this.flush();
  }

  close(): void {
    if (this.timer) clearTimeout(this.timer);
    this.listeners.clear();
  }

  private async send(): Promise<void> {
    while (this.entries.length && !this.timer && !this.needsSignIn) {
      this.flying = this.batch(this.failures ? 1 : TOGETHER);
      try {
        await this.sent(this.flying);
        this.drop(this.flying);
        this.failures = 0;
        this.trouble = "";
      } catch (error) {
        this.failed(error);
      } finally {
        this.flying = [];
        this.changed();
      }
    }
  }

  /** The first entries of one kind; alone after a failure, so that one that is wrong does not hold up the others. */
  private batch(most: number): Entry[] {
    const first = this.entries[0]!;
    if (first.kind !== "answer") return [first];
    const other = this.entries.findIndex((e) => e.kind !== "answer");
    return this.entries.slice(0, Math.min(other < 0 ? this.entries.length : other, most));
  }

  private sent(entries: Entry[]): Promise<unknown> {
    const first = entries[0]!;
    if (first.kind === "answer") return this.sender.answers(entries.map((e) => e.body as Answer));
    return first.kind === "skip" ? this.sender.skip(first.body) : this.sender.remark(first.body);
  }

  private failed(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    const verdict = this.judge(error);
    this.failures++;
    if (verdict === "refused") {
      if (this.flying.length > 1) return; // one by one, to find the one that is wrong
      this.setAside({ entry: this.flying[0]!, why });
      this.failures = 0;
      return;
    }
    this.trouble = why;
    if (verdict === "sign in") {
      this.needsSignIn = true;
      return;
    }
    const wait = this.waits[Math.min(this.failures, this.waits.length) - 1]!;
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.flush();
    }, wait);
  }

  private setAside(refused: Refused): void {
    this.refused = [...this.refused, refused];
    this.entries = this.entries.filter((e) => e !== refused.entry);
    try {
      this.place.setItem(this.prefix + refused.entry.seq, JSON.stringify(refused));
    } catch {
      this.durable = false;
    }
  }

  /** The person has seen what was refused, and dealt with it. */
  settle(refused: Refused): void {
    this.refused = this.refused.filter((r) => r !== refused);
    this.place.removeItem(this.prefix + refused.entry.seq);
    this.changed();
  }

  private drop(entries: Entry[]): void {
    this.entries = this.entries.filter((e) => !entries.includes(e));
    for (const e of entries) this.place.removeItem(this.prefix + e.seq);
  }
}
