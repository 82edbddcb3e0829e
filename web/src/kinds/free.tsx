/** Words of one's own: enter is the answer, shift and enter a new line, escape leaves the field to the keys. */
import { useRef, type ReactNode } from "react";
import { useKeys } from "../keys";
import { useDraft } from "../parts/draft";
import { Done } from "./done";
import type { KindProps } from "./kind";

export function Free({ form, earlier, draft, commit, say }: KindProps<"text">): ReactNode {
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, type] = useDraft(draft, typeof earlier === "string" ? earlier : "");
  const done = (): void => {
    const said = text.trim().normalize("NFC");
    if (!said && !form.empty) say("Write an answer, or skip this one: escape, then space");
    else if ([...said].length > form.longest) say(`An answer has at most ${form.longest} characters`);
    else commit(said);
  };
  useKeys([
    { id: "commit", keys: ["Enter"], label: "answer with this text", run: done, inField: true },
    { id: "leave", keys: ["Escape"], label: "leave the field", run: () => field.current?.blur(), inField: true },
    { id: "write", keys: ["e"], label: "back into the field", run: () => field.current?.focus() },
  ]);
  return (
    <div className="choices free">
      <textarea ref={field} autoFocus rows={3} value={text} aria-label="Your answer" onChange={(e) => type(e.target.value)} />
      <Done done={done} what="answer" />
      <span className="small">shift ⏎ for a new line · esc, then the other keys</span>
    </div>
  );
}
