/** The ten latest answers; each can be opened again. */
import type { ReactNode } from "react";
import type { Form } from "../api/types";
import type { Done, State } from "../engine/queue";
import { brief } from "./words";

export function Past({ form, state, revisit }: { form: Form; state: State; revisit(id: string): void }): ReactNode {
  const open = state.open[0];
  return (
    <aside className="past" aria-label="Your latest answers">
      <h2>Latest</h2>
      {state.done.length === 0 && <p className="small">What you answer appears here.</p>}
      <ol>
        {state.done.map((d) => (
          <li key={d.task.id}>
            <button
              type="button"
              className="plain"
              disabled={d.value === undefined}
              aria-current={open?.reopened && open.task.id === d.task.id ? "true" : undefined}
              onClick={() => revisit(d.task.id)}
            >
              <span aria-hidden="true">{d.value === undefined ? "↷" : "✓"}</span> <b>{brief(form, d.value)}</b>
              <span className="what">{what(d)}</span>
            </button>
          </li>
        ))}
      </ol>
    </aside>
  );
}

function what(d: Done): string {
  return (d.task.content.text ?? d.task.content.name).slice(0, 60);
}
