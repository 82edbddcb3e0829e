/** Parts of a text: choose words by keys or mouse, a class's key marks them, enter is the answer. */
import { useMemo, useState, type PointerEvent, type ReactNode } from "react";
import { type Binding } from "../keys";
import { useDraft } from "../parts/draft";
import { Choices } from "./choices";
import { Done } from "./done";
import { colour, type KindProps } from "./kind";
import { nextWord, tokens, withSpan, type Span, type Token } from "./tokens";

/** The words from one to another, both among them. */
interface Chosen {
  from: number;
  to: number;
}

export function Spans({ form, content, earlier, draft, commit, say }: KindProps<"spans">): ReactNode {
  const text = content.text ?? "";
  const all = useMemo(() => tokens(text), [text]);
  const [spans, setSpans] = useDraft<Span[]>(draft, Array.isArray(earlier) ? (earlier as Span[]) : []);
  const [chosen, choose] = useState<Chosen>(() => ({ from: Math.max(0, nextWord(all, -1, 1)), to: Math.max(0, nextWord(all, -1, 1)) }));
  const [dragging, drag] = useState(false);
  const move = (step: 1 | -1, extend: boolean): void => {
    const to = nextWord(all, chosen.to, step, extend);
    if (to >= 0) choose({ from: extend ? chosen.from : to, to });
  };
  const mark = (label: string): void => {
    const [a, b] = ends(all, chosen);
    if (a && b) setSpans(withSpan(spans, { start: a.start, end: b.end, label }, form.overlapping));
  };
  const remove = (): void => {
    const [a, b] = ends(all, chosen);
    const left = spans.filter((s) => !a || !b || s.end <= a.start || s.start >= b.end);
    if (left.length === spans.length) say("No span is under the cursor");
    else setSpans(left);
  };
  const cycle = (step: 1 | -1): void => {
    const here = all[Math.min(chosen.from, chosen.to)]?.start ?? 0;
    const next = step > 0 ? spans.find((s) => s.start > here) ?? spans[0] : spans.findLast((s) => s.start < here) ?? spans.at(-1);
    if (next) choose({ from: all.findIndex((t) => t.end > next.start), to: all.findLastIndex((t) => t.start < next.end) });
  };
  const extra: Binding[] = [
    { id: "next-word", keys: ["ArrowRight"], label: "next word", run: () => move(1, false), repeat: true },
    { id: "last-word", keys: ["ArrowLeft"], label: "word before", run: () => move(-1, false), repeat: true },
    { id: "extend", keys: ["Shift+ArrowRight"], label: "one word more", run: () => move(1, true), repeat: true },
    { id: "shrink", keys: ["Shift+ArrowLeft"], label: "one word less", run: () => move(-1, true), repeat: true },
    { id: "remove", keys: ["x", "Delete"], label: "remove the span here", run: remove },
    { id: "next-span", keys: ["."], label: "next span", run: () => cycle(1) },
    { id: "last-span", keys: [","], label: "span before", run: () => cycle(-1) },
    { id: "commit", keys: ["Enter"], label: "answer with these spans", run: () => commit(spans) },
  ];
  const over = (e: PointerEvent): number => Number((e.target as HTMLElement).closest<HTMLElement>("[data-n]")?.dataset.n ?? -1);
  return (
    <>
      <section className="stage" aria-live="polite" aria-label="The question">
        <p
          className="words marked"
          onPointerDown={(e) => {
            const n = over(e);
            if (n < 0) return;
            drag(true);
            choose({ from: e.shiftKey ? chosen.from : n, to: n });
          }}
          onPointerMove={(e) => {
            const n = over(e);
            if (dragging && n >= 0 && n !== chosen.to) choose({ from: chosen.from, to: n });
          }}
          onPointerUp={() => drag(false)}
          onPointerLeave={() => drag(false)}
        >
          <Marked all={all} spans={spans} chosen={chosen} classes={form.classes} />
        </p>
      </section>
      <Choices classes={form.classes} chosen={[]} suggestion={null} tinted verb="mark as" pick={mark} extra={extra}>
        <Done done={() => commit(spans)} what={spans.length ? `answer with ${spans.length}` : "no spans"} />
      </Choices>
      <p className="hints small">← → words · shift ← → extend · a class’s key marks · x removes · , . spans</p>
    </>
  );
}

/** The first and the last word of those chosen. */
function ends(all: Token[], { from, to }: Chosen): [Token | undefined, Token | undefined] {
  return [all[Math.min(from, to)], all[Math.max(from, to)]];
}

interface MarkedProps {
  all: Token[];
  spans: Span[];
  chosen: Chosen;
  classes: string[];
}

function Marked({ all, spans, chosen, classes }: MarkedProps): ReactNode {
  const [low, high] = [Math.min(chosen.from, chosen.to), Math.max(chosen.from, chosen.to)];
  return all.map((t, n) => {
    const on = spans.filter((s) => s.start < t.end && s.end > t.start);
    const last = on.filter((s) => t.end >= s.end);
    const style = on.length ? { borderBottomColor: colour(classes, on[0]!.label) } : undefined;
    return (
      <span key={n} data-n={n} data-on={on.length > 0} data-chosen={n >= low && n <= high} style={style}>
        {t.text}
        {last.map((s) => (
          <sub key={s.label} style={{ color: colour(classes, s.label) }}>
            {s.label}
          </sub>
        ))}
      </span>
    );
  });
}
