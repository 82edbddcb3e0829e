/** The queue of one campaign, for as long as its screen is there. */
import { useEffect, useState, useSyncExternalStore } from "react";
import { call, Refusal, Unreached } from "../api/client";
import { listen } from "../api/live";
import type { Campaign, Me, Receipt } from "../api/types";
import { Outbox, type Sender, type Verdict } from "../engine/outbox";
import { Queue, type Server, type State } from "../engine/queue";
import { stored } from "./words";

const BEAT = 120_000; // ms; a lease lasts ten minutes
const LOOK = 3000; // ms between looks while there is nothing to answer

function server(campaign: string): Server {
  const path = { campaign };
  const at = "/api/v1/campaigns/{campaign}";
  return {
    queue: (n, have) => call("post", `${at}/queue`, { path, body: { n, have } }),
    undo: () => call("post", `${at}/undo`, { path }),
    heartbeat: (ids) => call("post", `${at}/heartbeat`, { path, body: { ids } }),
    release: (ids) => call("post", `${at}/release`, { path, body: { ids }, keepalive: true }),
  };
}

/** What people are told of a gold question, where an owner has set that they are. */
function told(kept: Receipt["kept"]): string {
  const found = kept.find((k) => k.feedback)?.feedback;
  if (!found) return "";
  return found.right ? "That was a question whose answer is known, and you had it right" : `That was a question whose answer is known: ${found.known}`;
}

function sender(campaign: string, queue: () => Queue): Sender {
  const at = "/api/v1/campaigns/{campaign}";
  return {
    answers: async (answers) => {
      const want = queue().wanting();
      const body = want ? { answers, want } : { answers };
      const receipt = await call("post", `${at}/answers`, { path: { campaign }, body });
      if (receipt.queue) queue().arrived(receipt.queue);
      else queue().counted(receipt.labels);
      const sentence = told(receipt.kept);
      if (sentence) queue().say(sentence);
    },
    skip: (body) => call("post", `${at}/skips`, { path: { campaign }, body }),
    remark: ({ id, flagged, note }) =>
      call("put", `${at}/samples/{sample}/remark`, { path: { campaign, sample: id }, body: { flagged, note } }),
  };
}

/** What may pass is tried again; what the server will never take is shown to the person. */
export function judge(error: unknown): Verdict {
  if (error instanceof Unreached) return "again";
  if (!(error instanceof Refusal)) return "again";
  if (error.status === 401) return "sign in";
  return error.status >= 500 || error.status === 429 || error.status === 408 ? "again" : "refused";
}

/** When what was just changed is on the screen; a page that is out of sight draws nothing, and does it all the same. */
function afterPaint(work: () => void): void {
  let done = false;
  const once = (): void => {
    if (!done) work();
    done = true;
  };
  requestAnimationFrame(() => setTimeout(once));
  setTimeout(once, 100);
}

export function newKey(): string {
  return crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16)).join("-");
}

export function makeQueue(campaign: Campaign, me: Me, strict: boolean): Queue {
  const prefix = `askance:outbox:${me.name}:${campaign.id}:`;
  const line = sender(campaign.id, () => queue);
  const outbox = new Outbox(localStorage, prefix, line, judge, undefined, afterPaint);
  const read = (text: string): unknown => stored(campaign.form, text);
  const now = (): number => performance.timeOrigin + performance.now(); // a clock that is never set back
  const queue = new Queue(server(campaign.id), outbox, { strict, now, key: newKey, read, soon: afterPaint });
  return queue;
}

export function useQueue(campaign: Campaign, me: Me, strict: boolean): [Queue, State] {
  const [queue] = useState(() => makeQueue(campaign, me, strict));
  const state = useSyncExternalStore(queue.subscribe, queue.snapshot);
  useEffect(() => queue.setStrict(strict), [queue, strict]);
  useEffect(() => live(queue, campaign.id), [queue, campaign.id]);
  return [queue, state];
}

function live(queue: Queue, campaign: string): () => void {
  void queue.topUp();
  void queue.outbox.flush();
  call("get", "/api/v1/campaigns/{campaign}/history", { path: { campaign }, query: { n: 10 } })
    .then((h) => queue.remember(h.done))
    .catch(() => undefined);
  const line = listen(campaign, (state) => queue.told(state));
  const beat = setInterval(() => document.visibilityState === "visible" && queue.beat(), BEAT);
  const look = setInterval(() => queue.state.open.length || void queue.topUp(), LOOK);
  const back = (): void => {
    line.again();
    void queue.outbox.retry();
    void queue.topUp();
  };
  const seen = (): void => {
    if (document.visibilityState !== "visible") return;
    queue.beat();
    if (queue.outbox.needsSignIn || queue.state.trouble) back(); // somebody may have signed in, in another tab
  };
  const gone = (): void => queue.leave();
  const guard = (e: BeforeUnloadEvent): void => (queue.outbox.unsent ? e.preventDefault() : undefined);
  window.addEventListener("online", back);
  window.addEventListener("pagehide", gone);
  window.addEventListener("beforeunload", guard);
  window.addEventListener("focus", seen);
  document.addEventListener("visibilitychange", seen);
  return () => {
    line.close();
    clearInterval(beat);
    clearInterval(look);
    window.removeEventListener("online", back);
    window.removeEventListener("pagehide", gone);
    window.removeEventListener("beforeunload", guard);
    window.removeEventListener("focus", seen);
    document.removeEventListener("visibilitychange", seen);
    queue.leave();
    queue.outbox.close();
  };
}
