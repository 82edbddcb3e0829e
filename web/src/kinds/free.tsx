/** Words of one's own: enter is the answer, shift and enter a new line, escape leaves the field to the keys.
 *
 * A guess of the model, once it may be seen, is what one begins from.
 */
import { useEffect, useRef, type ReactNode } from "react";
import { useKeys } from "../keys";
import { useDraft } from "../parts/draft";
import { Done } from "./done";
import type { KindProps } from "./kind";

export function Free({ form, content, earlier, suggestion, draft, commit, say }: KindProps<"text">): ReactNode {
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, type] = useDraft(draft, typeof earlier === "string" ? earlier : "");
  const guess = suggestion?.label;
  useEffect(() => {
    if (guess && text === "" && earlier === undefined) type(guess); // to be corrected; what was typed already stays
  }, [guess]);
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
      {content.kind === "audio" && <span className="small">ctrl space plays and pauses · ctrl , and ctrl . wind</span>}
      <span className="small">shift ⏎ for a new line · esc, then the other keys</span>
    </div>
  );
}
