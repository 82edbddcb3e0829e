/** Named points of a thing: each press places the next one, enter is the answer. */
import type { ReactNode } from "react";
import { useState } from "react";
import { Canvas, inside, rounded, sizeOf, type Pen } from "./canvas";
import { Choices } from "./choices";
import { Done } from "./done";
import { colour, type KindProps } from "./kind";
import { useShapes } from "./shapes";

type Placed = [number, number, 0 | 1 | 2];

/** While it is drawn, a thing has fewer points than names. */
export interface Thing {
  points: Placed[];
  label?: string;
}

const SEEN = ["not there", "hidden", "visible"];

export function Keypoints({ form, content, earlier, draft, commit, undo, say }: KindProps<"keypoints">): ReactNode {
  const size = sizeOf(content);
  const things = useShapes<Thing>(draft, earlier);
  const [label, arm] = useState(form.classes[0] ?? "");
  const last = things.all.at(-1);
  const begun = last && last.points.length < form.points.length ? last : null;
  const next = form.points[begun?.points.length ?? 0]!;
  const place = (p: Placed): void => {
    const named = form.classes.length ? { label } : {};
    if (begun) things.put([...things.all.slice(0, -1), { ...begun, points: [...begun.points, p] }]);
    else things.put([...things.all, { points: [p], ...named }]);
  };
  const pen: Pen = { down: (p) => place([rounded(p.x), rounded(p.y), 2]), move: () => undefined, up: () => undefined };
  const changeLast = (change: (p: Placed) => Placed): boolean => {
    if (!last?.points.length) return false;
    things.put([...things.all.slice(0, -1), { ...last, points: [...last.points.slice(0, -1), change(last.points.at(-1)!)] }]);
    return true;
  };
  const toggle = (): void => void changeLast(([x, y, seen]) => [x, y, seen === 2 ? 1 : 2]);
  const back = (): void => {
    if (!last) return undo();
    const fewer = last.points.slice(0, -1);
    things.put([...things.all.slice(0, -1), ...(fewer.length ? [{ ...last, points: fewer }] : [])]);
  };
  const done = (): void => {
    const missing = form.points.length - (begun?.points.length ?? form.points.length);
    if (missing) return say(`${missing} points are missing, first ${next}; o says that one is not there`);
    commit(things.all);
  };
  const nudge = (dx: number, dy: number): boolean => {
    if (things.selected < 0) return false;
    const shift = ([x, y, seen]: Placed): Placed => {
      const to = inside({ x: x + dx, y: y + dy }, size);
      return seen ? [rounded(to.x), rounded(to.y), seen] : [0, 0, 0];
    };
    things.put(things.all.map((t, k) => (k === things.selected ? { ...t, points: t.points.map(shift) } : t)), things.selected);
    return true;
  };
  return (
    <>
      <Canvas content={content} pen={pen} nudge={nudge}>
        {(scale) =>
          things.all.map((t, n) => (
            <g key={n} className="shape" pointerEvents="none">
              {t.points.map(([x, y, seen], k) =>
                seen ? (
                  <g key={k}>
                    <circle cx={x} cy={y} r={5 * scale} fill={seen === 2 ? colour(form.classes, t.label ?? "") : "none"} stroke={colour(form.classes, t.label ?? "")} strokeWidth={(n === things.selected ? 4 : 2) * scale} />
                    <text x={x + 7 * scale} y={y} fontSize={13 * scale}>
                      {form.points[k]}
                    </text>
                  </g>
                ) : null,
              )}
            </g>
          ))
        }
      </Canvas>
      <p className="marks" role="status">
        next: <b>{next}</b>
        {last && <span>latest: {SEEN[last.points.at(-1)?.[2] ?? 0]}</span>}
      </p>
      <Choices
        classes={form.classes}
        chosen={[label]}
        suggestion={null}
        tinted
        verb="a thing of class"
        pick={arm}
        extra={[
          { id: "commit", keys: ["Enter"], label: "answer with these points", run: done },
          { id: "absent", keys: ["o"], label: "this point is not there", run: () => place([0, 0, 0]) },
          { id: "hidden", keys: ["v"], label: "the latest point is hidden, or visible", run: toggle },
          { id: "back-point", keys: ["Backspace"], label: "remove the latest point; undo where there is none", run: back },
          ...things.bindings,
        ]}
      >
        <Done done={done} what={things.all.length ? `answer with ${things.all.length}` : "nothing there"} />
      </Choices>
      <p className="hints small">click, or arrows and p, places the next point · o not there · v hidden · ⌫ latest point</p>
    </>
  );
}
