/** A grade: its digit is the answer; on a long scale, digits and enter. */
import type { ReactNode } from "react";
import { keysOf, useKeys, type Binding } from "../keys";
import { Kbd } from "../parts/kbd";
import type { KindProps } from "./kind";
import { Numeric } from "./number";

export function Rating(given: KindProps<"rating">): ReactNode {
  const { low, high } = given.form;
  const whole = (value: unknown): void =>
    Number.isInteger(value) ? given.commit(value) : given.say("A grade is a whole number");
  if (low >= 0 && high <= 9) return <Steps {...given} />;
  return <Numeric {...given} form={{ kind: "number", low, high, unit: "" }} commit={whole} />;
}

function Steps({ form, earlier, commit }: KindProps<"rating">): ReactNode {
  const grades = Array.from({ length: form.high - form.low + 1 }, (_, n) => form.low + n);
  const bindings: Binding[] = grades.map((g) => ({ id: `grade-${g}`, keys: [String(g)], label: `grade ${g}`, run: () => commit(g) }));
  useKeys(bindings);
  return (
    <div className="choices" role="group" aria-label="Grades">
      {grades.map((g, n) => (
        <button
          key={g}
          type="button"
          className="choice"
          aria-label={`grade ${g} of ${form.high}`}
          aria-pressed={Number(earlier) === g}
          onClick={(e) => {
            if (e.detail) e.currentTarget.blur();
            commit(g);
          }}
        >
          <Kbd k={keysOf(bindings[n]!)[0]!} /> {"★".repeat(Math.min(5, n + 1))}
          {n >= 5 && `+${n - 4}`}
        </button>
      ))}
    </div>
  );
}
