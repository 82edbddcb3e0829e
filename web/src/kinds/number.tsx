/** A number: typed without a field having the focus, or in the field, or by the slider. */
import type { ReactNode } from "react";
import { useKeys, type Binding } from "../keys";
import { useDraft } from "../parts/draft";
import { Done } from "./done";
import type { KindProps } from "./kind";

/** The number that a text means, or why it is none that is right. */
export function readNumber(text: string, low: number | null, high: number | null): number | string {
  const said = text.trim().replace(",", ".");
  const number = Number(said);
  if (!said) return "Type a number first";
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(said) || !Number.isFinite(number)) return `“${text}” is no number`;
  if (low !== null && number < low) return `A label here is ${low} or more`;
  if (high !== null && number > high) return `A label here is ${high} or less`;
  return number;
}

export function Numeric({ form, earlier, draft, commit, undo, say }: KindProps<"number">): ReactNode {
  const [text, type] = useDraft(draft, earlier === undefined ? "" : String(Number(earlier)));
  const { low, high } = form;
  const ranged = low !== null && high !== null;
  const step = ranged ? (high - low) / 100 : 1;
  const done = (): void => {
    const number = readNumber(text, low, high);
    if (typeof number === "string") say(number);
    else commit(number);
  };
  const by = (d: number): void => {
    const number = readNumber(text, null, null);
    const from = typeof number === "number" ? number : ranged ? (low + high) / 2 : 0;
    const to = Math.min(high ?? Infinity, Math.max(low ?? -Infinity, from + d));
    type(String(Number(to.toPrecision(12))));
  };
  const digits: Binding[] = [..."0123456789.,-"].map((c) => ({
    id: `type-${c}`,
    keys: [c],
    label: `type ${c}`,
    run: () => type(text + c),
    repeat: true,
  }));
  useKeys([
    { id: "commit", keys: ["Enter"], label: "answer with this number", run: done, inField: true },
    { id: "erase", keys: ["Backspace"], label: "erase the last digit; undo where there is none", run: () => (text ? type(text.slice(0, -1)) : undo()) },
    { id: "more", keys: ["ArrowUp"], label: "more", run: () => by(step), repeat: true, inField: true },
    { id: "less", keys: ["ArrowDown"], label: "less", run: () => by(-step), repeat: true, inField: true },
    { id: "leave", keys: ["Escape"], label: "leave the field", run: () => (document.activeElement as HTMLElement | null)?.blur(), inField: true },
    ...digits,
  ]);
  return (
    <div className="choices number">
      <label>
        <input inputMode="decimal" value={text} aria-label="Number" onChange={(e) => type(e.target.value)} /> {form.unit}
      </label>
      {ranged && (
        <input
          type="range"
          aria-label="Number, as a slider"
          min={low}
          max={high}
          step={step}
          value={Number(text) || low}
          onChange={(e) => type(e.target.value)}
        />
      )}
      <span className="small">{range(low, high)}</span>
      <Done done={done} what="answer" />
    </div>
  );
}

function range(low: number | null, high: number | null): string {
  if (low !== null && high !== null) return `from ${low} to ${high}`;
  if (low !== null) return `${low} or more`;
  return high === null ? "" : `${high} or less`;
}
