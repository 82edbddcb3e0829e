/** Which of two is better: the arrow that points to it, or = for neither. */
import type { ReactNode } from "react";
import { useKeys, type Binding } from "../keys";
import { said, Shown } from "../parts/content";
import { Kbd } from "../parts/kbd";
import type { KindProps } from "./kind";

export function Preferred({ form, content, earlier, suggestion, commit }: KindProps<"preference">): ReactNode {
  const fields = Object.entries(content.fields ?? {});
  const [left, right] = fields;
  const pick = (value: string) => () => commit(value);
  const bindings: Binding[] = [
    { id: "left", keys: ["ArrowLeft", "1"], label: "the left one", run: pick("left") },
    { id: "right", keys: ["ArrowRight", "2"], label: "the right one", run: pick("right") },
    ...(form.ties ? [{ id: "tie", keys: ["=", "3", "ArrowDown"], label: "neither: a tie", run: pick("tie") }] : []),
  ];
  useKeys(bindings);
  return (
    <>
      <section className="stage" aria-live="polite" aria-label="The question">
        {fields.length > 2 && <Shown content={{ ...content, fields: Object.fromEntries(fields.slice(2)) }} />}
        {left && right ? (
          <div className="pair">
            <Side name={left[0]} value={left[1]} />
            <Side name={right[0]} value={right[1]} />
          </div>
        ) : (
          <Shown content={content} />
        )}
      </section>
      <div className="choices" role="group" aria-label="Which is better">
        {bindings.map((b) => (
          <button
            key={b.id}
            type="button"
            className="choice"
            aria-pressed={earlier === b.id}
            data-suggested={suggestion?.label === b.id}
            onClick={(e) => {
              if (e.detail) e.currentTarget.blur();
              commit(b.id);
            }}
          >
            <Kbd k={b.keys[0]!} /> {b.label}
          </button>
        ))}
      </div>
    </>
  );
}

function Side({ name, value }: { name: string; value: unknown }): ReactNode {
  return (
    <div className="card">
      <h2>{name}</h2>
      <p className="words">{said(value)}</p>
    </div>
  );
}
