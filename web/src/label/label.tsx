/** The labelling screen: one question, one key, the next. */
import { useEffect, useRef, useState, type ReactNode } from "react";
import type { Form, Guess, Value } from "../api/types";
import { type Open, type Queue, type State } from "../engine/queue";
import { Level, useKeys, type Binding } from "../keys";
import { KIND, SPATIAL } from "../kinds/all";
import { Kbd } from "../parts/kbd";
import { Ahead } from "../parts/audio";
import { Shown } from "../parts/content";
import { draftPlace, dropDraft } from "../parts/draft";
import { Link } from "../parts/link";
import { setPrefs, usePrefs, type Prefs } from "../prefs";
import { href } from "../route";
import type { Inner } from "../screens/inside";
import { Bar } from "./bar";
import { Guideline, Note, Reason, Unaccepted } from "./dialogs";
import { Help } from "./help";
import { Past } from "./past";
import { Why } from "./why";
import { useQueue } from "./use-queue";
import { brief } from "./words";

type Asked = "help" | "guide" | "note" | "reason" | "refused" | null;
const AHEAD = 3; // pictures that are decoded before they are needed

export function Label({ campaign, me }: Inner): ReactNode {
  const prefs = usePrefs();
  const [queue, state] = useQueue(campaign, me, prefs.strict);
  const [asked, ask] = useState<Asked>(null);
  const now = state.open[0];
  const [revealedFor, reveal] = useState("");
  const revealed = !campaign.blind || revealedFor === now?.task.id;
  const guess = now?.task.guesses[0] ?? null;
  const presses = usePresses(now?.task.id);

  const commit = (value: Value): void => {
    const seen = { shown: revealed && guess !== null, keys: presses.current };
    if (now) dropDraft(draftPlace(campaign.id, now.task.id));
    queue.answer(value, guess ? { ...seen, suggested: guess.label } : seen);
  };
  const heard = campaign.content === "audio";
  const actions = bindings({ queue, now, prefs, ask, heard, accept: accepting(campaign.form, now, guess, revealed, commit, reveal) });
  useKeys(now ? actions : actions.filter((b) => ALWAYS.includes(b.id)), Level.screen);

  const Kind = KIND[campaign.form.kind];
  return (
    <div className="labelling" data-why={prefs.why} data-past={prefs.past}>
      <Bar campaign={campaign} queue={queue} state={state} ask={ask} />
      {prefs.past && <Past form={campaign.form} state={state} revisit={(id) => queue.revisit(id)} />}
      <main id="main" className="item" tabIndex={-1} data-item={now?.task.id ?? ""}>
        {now ? (
          <>
            <Marks now={now} form={campaign.form} />
            {!SPATIAL.has(campaign.form.kind) && <Stage state={state} />}
            <Kind
              key={`${now.task.id}${now.reopened ? "again" : ""}`}
              form={campaign.form as never}
              content={now.task.content}
              earlier={now.earlier}
              suggestion={revealed ? guess : null}
              draft={draftPlace(campaign.id, now.task.id)}
              commit={commit}
              undo={() => void queue.undo()}
              say={(s) => queue.say(s)}
            />
            {prefs.shortcuts && <Hints actions={actions} hidden={guess !== null && !revealed} />}
          </>
        ) : (
          <Empty state={state} campaign={campaign.id} />
        )}
      </main>
      {prefs.why && now && <Why campaign={campaign.id} task={now.task} revealed={revealed} reveal={() => reveal(now.task.id)} />}
      <Toast state={state} queue={queue} />
      {asked === "help" && <Help close={() => ask(null)} />}
      {asked === "guide" && <Guideline text={campaign.guide} close={() => ask(null)} />}
      {asked === "note" && now && <Note task={now.task} save={(note) => queue.remark(now.task.flagged, note)} close={() => ask(null)} />}
      {asked === "reason" && <Reason skip={(why) => queue.skip(why)} close={() => ask(null)} />}
      {asked === "refused" && <Unaccepted form={campaign.form} outbox={queue.outbox} close={() => ask(null)} />}
    </div>
  );
}

/** Key presses since the question came. */
function usePresses(id: string | undefined): { current: number } {
  const presses = useRef(0);
  useEffect(() => {
    presses.current = 0;
  }, [id]);
  useEffect(() => {
    const count = (e: KeyboardEvent): void => void (e.repeat || presses.current++);
    window.addEventListener("keydown", count, true);
    return () => window.removeEventListener("keydown", count, true);
  }, []);
  return presses;
}

/** Enter accepts a suggestion that is to be seen; one that is hidden, it shows first. */
function accepting(
  form: Form,
  now: Open | undefined,
  guess: Guess | null,
  revealed: boolean,
  commit: (value: Value) => void,
  reveal: (id: string) => void,
): { accept(): void; show(): void } {
  const show = (): void => (now ? reveal(now.task.id) : undefined);
  const accept = (): void => {
    if (!guess || !now) return;
    if (!revealed) show();
    else if (form.kind === "class" || form.kind === "preference") commit(guess.label);
  };
  return { accept, show };
}

interface Acting {
  queue: Queue;
  now: Open | undefined;
  prefs: Prefs;
  ask(what: Asked): void;
  /** Space and arrows are the player's. */
  heard: boolean;
  accept: { accept(): void; show(): void };
}

const ALWAYS = ["undo", "help", "back", "past", "guide", "why"];

function bindings({ queue, now, prefs, ask, heard, accept }: Acting): Binding[] {
  return [
    { id: "accept", keys: ["Enter"], label: "accept the suggestion", run: accept.accept },
    { id: "show", keys: ["s"], label: "show the suggestion", run: accept.show },
    { id: "skip", keys: [heard ? "n" : " "], label: "skip", run: () => queue.skip("") },
    { id: "skip-why", keys: ["Shift+ "], label: "skip, with a reason", run: () => ask("reason") },
    { id: "unsure", keys: ["u"], label: "skip as unsure", run: () => queue.skip("unsure") },
    { id: "undo", keys: ["Backspace"], label: "undo", run: () => void queue.undo() },
    { id: "back", keys: [heard ? "b" : "ArrowLeft"], label: "open the answer before", run: () => older(queue) },
    { id: "forth", keys: [heard ? "Shift+b" : "ArrowRight"], label: "leave it as it was", run: () => now?.reopened && queue.skip("") },
    { id: "flag", keys: ["f"], label: "flag", run: () => now && queue.remark(!now.task.flagged, now.task.note ?? "") },
    { id: "note", keys: ["c"], label: "write a note", run: () => ask("note") },
    { id: "guide", keys: ["g"], label: "guideline", run: () => ask("guide") },
    { id: "why", keys: ["w"], label: "why this one", run: () => setPrefs({ why: !prefs.why }) },
    { id: "past", keys: ["y"], label: "history", run: () => setPrefs({ past: !prefs.past }) },
    { id: "help", keys: ["?"], label: "all keys", run: () => ask("help") },
  ];
}

/** The newest answer, or the one before the one that is open again. */
function older(queue: Queue): void {
  const { done, open } = queue.state;
  const at = open[0]?.reopened ? done.findIndex((d) => d.task.id === open[0]!.task.id) : -1;
  const next = done.slice(at + 1).find((d) => d.value !== undefined);
  if (next) queue.revisit(next.task.id);
}

/** The question, and out of sight the next pictures, so that they are decoded when their turn comes. */
function Stage({ state }: { state: State }): ReactNode {
  return (
    <section className="stage" aria-live="polite" aria-label="The question">
      {state.open.slice(0, AHEAD).map((o, n) => (
        <div key={o.task.id} className="sheet" data-ahead={n > 0} aria-hidden={n > 0}>
          {(n === 0 || o.task.content.kind === "image") && <Shown content={o.task.content} />}
          {n > 0 && o.task.content.kind === "audio" && <Ahead content={o.task.content} />}
        </div>
      ))}
    </section>
  );
}

function Marks({ now, form }: { now: Open; form: Form }): ReactNode {
  if (!now.reopened && !now.task.flagged && !now.task.note && now.earlier === undefined) return null;
  return (
    <p className="marks">
      {now.earlier !== undefined && <span>was: {brief(form, now.earlier)}</span>}
      {now.reopened && <span>open again; another answer takes the place of this one</span>}
      {now.task.flagged && <span>⚑ flagged</span>}
      {now.task.note && <span>✎ {now.task.note}</span>}
    </p>
  );
}

const HINTS = ["skip", "undo", "flag", "note", "guide", "help"];

function Hints({ actions, hidden }: { actions: Binding[]; hidden: boolean }): ReactNode {
  const shown = [...(hidden ? ["show"] : []), ...HINTS];
  return (
    <p className="hints">
      {shown.map((id) => {
        const b = actions.find((a) => a.id === id)!;
        return (
          <button key={id} type="button" className="plain" onClick={(e) => hinted(e, b)}>
            <Kbd k={b.keys[0]!} /> {b.label}
          </button>
        );
      })}
    </p>
  );
}

function hinted(e: { detail: number; currentTarget: HTMLElement; nativeEvent: Event }, b: Binding): void {
  if (e.detail) e.currentTarget.blur();
  b.run(e.nativeEvent as KeyboardEvent);
}

function Empty({ state, campaign }: { state: State; campaign: string }): ReactNode {
  if (!state.loaded && !state.trouble) return <p className="empty">Fetching the first question …</p>;
  return (
    <div className="empty" role="status">
      <p>{sentence(state.trouble || state.emptyWhy || "the next question is on its way")}</p>
      <p className="small">
        This page looks again by itself. How it goes is on the <Link to={href(campaign, "dashboard")}>dashboard</Link>.
      </p>
    </div>
  );
}

function sentence(said: string): string {
  return `${said[0]?.toUpperCase() ?? ""}${said.slice(1)}${/[.!?]$/.test(said) ? "" : "."}`;
}

const LASTS = 4000; // ms

function Toast({ state, queue }: { state: State; queue: Queue }): ReactNode {
  useEffect(() => {
    if (!state.toast) return;
    const timer = setTimeout(() => queue.clearToast(), LASTS);
    return () => clearTimeout(timer);
  }, [state.toast, queue]);
  return (
    <p className="toast" role="status" data-shown={state.toast !== ""}>
      {state.toast}
    </p>
  );
}
