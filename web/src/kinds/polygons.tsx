/** Outlines: points one by one, enter closes the outline, enter again is the answer. */
import { useState, type ReactNode } from "react";
import { Canvas, inside, rounded, sizeOf, type Pen, type Point } from "./canvas";
import { Choices } from "./choices";
import { Done } from "./done";
import { colour, type KindProps } from "./kind";
import { useShapes } from "./shapes";

type Ring = [number, number][];

export interface Polygon {
  rings: Ring[];
  label: string;
}

export function Polygons({ form, content, earlier, draft, commit, undo, say }: KindProps<"polygons">): ReactNode {
  const size = sizeOf(content);
  const shapes = useShapes<Polygon>(draft, earlier);
  const [label, arm] = useState(form.classes[0] ?? "");
  const [ring, setRing] = useState<Ring>([]);
  const [hole, setHole] = useState(false);
  const [here, setHere] = useState<Point | null>(null);
  const close = (): void => {
    if (ring.length < 3) return say("An outline takes three points or more; backspace removes the last one");
    const n = shapes.selected < 0 ? shapes.all.length - 1 : shapes.selected;
    const cut = (p: Polygon): Polygon => ({ ...p, rings: [...p.rings, ring] });
    if (hole && n >= 0) shapes.put(shapes.all.map((p, k) => (k === n ? cut(p) : p)), n);
    else shapes.put([...shapes.all, { rings: [ring], label }]);
    setRing([]);
    setHole(false);
  };
  const pen: Pen = {
    down: (p) => setRing([...ring, [rounded(p.x), rounded(p.y)]]),
    move: (p) => setHere(p),
    up: () => undefined,
  };
  const nudge = (dx: number, dy: number): boolean => {
    if (shapes.selected < 0 || ring.length) return false;
    const shift = (r: Ring): Ring => r.map(([x, y]) => shifted(inside({ x: x + dx, y: y + dy }, size)));
    shapes.put(shapes.all.map((p, k) => (k === shapes.selected ? { ...p, rings: p.rings.map(shift) } : p)), shapes.selected);
    return true;
  };
  const done = (): void => (ring.length ? close() : commit(shapes.all));
  const back = (): void => (ring.length ? setRing(ring.slice(0, -1)) : undo());
  const drop = (): void => (ring.length ? setRing([]) : shapes.select(-1));
  return (
    <>
      <Canvas content={content} pen={pen} nudge={nudge}>
        {(scale) => (
          <>
            {shapes.all.map((p, n) => (
              <path
                key={n}
                d={p.rings.map((r) => `M ${r.map((q) => q.join(" ")).join(" L ")} Z`).join(" ")}
                fillRule="evenodd"
                fill={colour(form.classes, p.label)}
                fillOpacity={n === shapes.selected ? 0.4 : 0.2}
                stroke={colour(form.classes, p.label)}
                strokeWidth={(n === shapes.selected ? 4 : 2) * scale}
              />
            ))}
            {ring.length > 0 && (
              <g className="shape" pointerEvents="none">
                <polyline points={[...ring, ...(here ? [[here.x, here.y]] : [])].map((q) => q.join(",")).join(" ")} fill="none" stroke={colour(form.classes, label)} strokeWidth={2 * scale} />
                {ring.map(([x, y], n) => (
                  <circle key={n} cx={x} cy={y} r={4 * scale} fill={colour(form.classes, label)} />
                ))}
              </g>
            )}
          </>
        )}
      </Canvas>
      <Choices
        classes={form.classes}
        chosen={[label]}
        suggestion={null}
        tinted
        verb="draw"
        pick={arm}
        extra={[
          { id: "commit", keys: ["Enter"], label: "close the outline; then answer", run: done },
          { id: "back-point", keys: ["Backspace"], label: "remove the last point; undo where there is none", run: back },
          { id: "drop", keys: ["Escape"], label: "drop the outline that is begun", run: drop },
          { id: "hole", keys: ["o"], label: "the next outline is a hole", run: () => setHole(!hole) },
          ...shapes.bindings.filter((b) => b.id !== "none"),
        ]}
      >
        <Done done={done} what={ring.length ? `close (${ring.length} points)` : shapes.all.length ? `answer with ${shapes.all.length}` : "nothing there"} />
      </Choices>
      <p className="hints small">{hole ? "the next outline is a hole · " : ""}click, or arrows and p for a point · ⏎ closes · ⌫ last point · o hole · x removes</p>
    </>
  );
}

function shifted(p: Point): [number, number] {
  return [rounded(p.x), rounded(p.y)];
}
