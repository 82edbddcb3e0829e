/** The guideline, a note, the reason of a skip, and answers that the server would not have. */
import { useState, useSyncExternalStore, type ReactNode } from "react";
import type { Form, Task } from "../api/types";
import type { Outbox, Refused } from "../engine/outbox";
import { Level, useKeys } from "../keys";
import { Dialog } from "../parts/dialog";
import { Kbd } from "../parts/kbd";
import { brief } from "./words";

export function Guideline({ text, close }: { text: string; close(): void }): ReactNode {
  return (
    <Dialog title="Guideline" close={close}>
      <p className="words">{text || "None was written yet; an owner writes it on the settings screen."}</p>
    </Dialog>
  );
}

export function Note({ task, save, close }: { task: Task; save(note: string): void; close(): void }): ReactNode {
  const [text, type] = useState(task.note ?? "");
  return (
    <Dialog title="A note on this one" close={close}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          save(text.trim());
          close();
        }}
      >
        <textarea
          value={text}
          maxLength={5000}
          rows={4}
          aria-label="Note"
          onChange={(e) => type(e.target.value)}
          onKeyDown={(e) => e.key === "Enter" && !e.shiftKey && e.currentTarget.form?.requestSubmit()}
        />
        <button type="submit" className="main">
          Save the note
        </button>
      </form>
    </Dialog>
  );
}

const REASONS = ["unclear", "several answers are right", "no class fits", "broken or unreadable", "I do not know"];

export function Reason({ skip, close }: { skip(why: string): void; close(): void }): ReactNode {
  const [text, type] = useState("");
  const done = (why: string): void => {
    close();
    skip(why);
  };
  return (
    <Dialog title="Skip, because …" close={close}>
      <Reasons done={done} />
      <form
        onSubmit={(e) => {
          e.preventDefault();
          if (text.trim()) done(text.trim());
        }}
      >
        <input value={text} maxLength={500} onChange={(e) => type(e.target.value)} aria-label="Another reason" placeholder="another reason, then enter" />
      </form>
    </Dialog>
  );
}

function Reasons({ done }: { done(why: string): void }): ReactNode {
  useKeys(REASONS.map((why, n) => ({ id: `reason-${n}`, keys: [String(n + 1)], label: why, run: () => done(why) })), Level.inDialog);
  return (
    <ul className="palette">
      {REASONS.map((why, n) => (
        <li key={why}>
          <button type="button" className="plain" onClick={() => done(why)}>
            <Kbd k={String(n + 1)} /> {why}
          </button>
        </li>
      ))}
    </ul>
  );
}

export function Unaccepted({ form, outbox, close }: { form: Form; outbox: Outbox; close(): void }): ReactNode {
  useSyncExternalStore(outbox.subscribe, outbox.snapshot);
  return (
    <Dialog title="Not accepted by the server" close={close}>
      <p className="small">These stay in this browser until you settle them. The question itself was not answered.</p>
      <ul className="refused">
        {outbox.refused.map((r) => (
          <li key={r.entry.seq}>
            <p>{r.why}</p>
            <pre>{wasSaid(form, r)}</pre>
            <button type="button" onClick={() => outbox.settle(r)}>
              Seen; remove it
            </button>
          </li>
        ))}
        {outbox.refused.length === 0 && <li>All is settled.</li>}
      </ul>
    </Dialog>
  );
}

function wasSaid(form: Form, { entry }: Refused): string {
  if (entry.kind === "answer") return `${brief(form, entry.body.value)}\n${JSON.stringify(entry.body.value)}`;
  return entry.kind === "skip" ? `skipped ${entry.body.why ?? ""}` : `note: ${entry.body.note}`;
}
