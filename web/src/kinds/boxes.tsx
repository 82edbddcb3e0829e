/** Boxes: a class's key chooses what is drawn, two corners draw it, enter is the answer. */
import { useRef, useState, type ReactNode } from "react";
import { Canvas, inside, rounded, sizeOf, type Pen, type Point } from "./canvas";
import { Choices } from "./choices";
import { Done } from "./done";
import { colour, type KindProps } from "./kind";
import { useShapes } from "./shapes";

export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
  label: string;
  rotation?: number;
}

const LEAST = 2; // pixels; less is a slip of the hand

export function Boxes({ form, content, earlier, draft, commit }: KindProps<"boxes">): ReactNode {
  const size = sizeOf(content);
  const boxes = useShapes<Box>(draft, earlier);
  const [label, arm] = useState(form.classes[0] ?? "");
  const [corner, setCorner] = useState<Point | null>(null);
  const [here, setHere] = useState<Point | null>(null);
  const [hidden, hide] = useState(false);
  const held = useRef<{ n: number; from: Point; box: Box } | null>(null);
  const finish = (p: Point): void => {
    const box = spanned(corner!, p, label);
    setCorner(null);
    if (box.w >= LEAST && box.h >= LEAST) boxes.put([...boxes.all, box]);
  };
  const pen: Pen = {
    down: (p) => {
      const n = corner ? -1 : boxes.all.findLastIndex((b) => within(b, p) && boxes.all.indexOf(b) === boxes.selected);
      if (n >= 0) held.current = { n, from: p, box: boxes.all[n]! };
      else if (!corner) setCorner(p);
    },
    move: (p) => {
      setHere(p);
      const h = held.current;
      if (h) boxes.drag(boxes.all.map((b, k) => (k === h.n ? moved(h.box, p.x - h.from.x, p.y - h.from.y, size) : b)));
    },
    up: (p) => {
      if (held.current) held.current = null;
      else if (corner && far(corner, p)) finish(p);
    },
  };
  const nudge = (dx: number, dy: number): boolean => {
    if (boxes.selected < 0) return false;
    boxes.put(boxes.all.map((b, k) => (k === boxes.selected ? moved(b, dx, dy, size) : b)), boxes.selected);
    return true;
  };
  const resize = (dw: number, dh: number) => (): void => {
    const grown = (b: Box): Box => ({ ...b, w: Math.max(LEAST, b.w + dw), h: Math.max(LEAST, b.h + dh) });
    if (boxes.selected >= 0) boxes.put(boxes.all.map((b, k) => (k === boxes.selected ? grown(b) : b)), boxes.selected);
  };
  const named = (next: string): void => {
    arm(next);
    if (boxes.selected >= 0) boxes.put(boxes.all.map((b, k) => (k === boxes.selected ? { ...b, label: next } : b)), boxes.selected);
  };
  const done = (): void => commit(boxes.all);
  const drawing = corner && here ? spanned(corner, here, label) : null;
  return (
    <>
      <Canvas content={content} pen={pen} nudge={nudge}>
        {(scale) =>
          !hidden &&
          [...boxes.all, ...(drawing ? [drawing] : [])].map((b, n) => (
            <Drawn key={n} box={b} scale={scale} on={n === boxes.selected} colour={colour(form.classes, b.label)} select={() => !corner && boxes.select(n)} />
          ))
        }
      </Canvas>
      <Choices
        classes={form.classes}
        chosen={[label]}
        suggestion={null}
        tinted
        verb="draw"
        pick={named}
        extra={[
          ...boxes.bindings,
          { id: "commit", keys: ["Enter"], label: "answer with these boxes", run: done },
          { id: "wider", keys: ["Alt+ArrowRight"], label: "wider", run: resize(1, 0), repeat: true },
          { id: "narrower", keys: ["Alt+ArrowLeft"], label: "narrower", run: resize(-1, 0), repeat: true },
          { id: "taller", keys: ["Alt+ArrowDown"], label: "taller", run: resize(0, 1), repeat: true },
          { id: "lower", keys: ["Alt+ArrowUp"], label: "less tall", run: resize(0, -1), repeat: true },
          { id: "hide", keys: ["h"], label: "hide or show the boxes", run: () => hide(!hidden) },
        ]}
      >
        <Done done={done} what={boxes.all.length ? `answer with ${boxes.all.length}` : "nothing there"} />
      </Choices>
      <p className="hints small">drag, or arrows and p for two corners · , . select · arrows move, alt arrows resize · x removes · + − zoom</p>
    </>
  );

  function far(a: Point, b: Point): boolean {
    // a press on the spot is the first corner; the second ends it, be it by a drag or by another press
    return Math.abs(a.x - b.x) >= LEAST || Math.abs(a.y - b.y) >= LEAST;
  }
}

function spanned(a: Point, b: Point, label: string): Box {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return { x: rounded(x), y: rounded(y), w: rounded(Math.abs(a.x - b.x)), h: rounded(Math.abs(a.y - b.y)), label };
}

function within(b: Box, p: Point): boolean {
  return p.x >= b.x && p.x <= b.x + b.w && p.y >= b.y && p.y <= b.y + b.h;
}

function moved(b: Box, dx: number, dy: number, size: { width: number; height: number }): Box {
  const to = inside({ x: b.x + dx, y: b.y + dy }, { width: Math.max(0, size.width - b.w), height: Math.max(0, size.height - b.h) });
  return { ...b, x: rounded(to.x), y: rounded(to.y) };
}

interface DrawnProps {
  box: Box;
  scale: number;
  on: boolean;
  colour: string;
  select(): void;
}

function Drawn({ box, scale, on, colour, select }: DrawnProps): ReactNode {
  const turn = box.rotation ? `rotate(${box.rotation} ${box.x + box.w / 2} ${box.y + box.h / 2})` : undefined;
  return (
    <g transform={turn} data-on={on} className="shape">
      <rect x={box.x} y={box.y} width={box.w} height={box.h} fill={colour} fillOpacity={on ? 0.25 : 0.08} stroke={colour} strokeWidth={(on ? 4 : 2) * scale} onDoubleClick={select} />
      <text x={box.x} y={Math.max(14 * scale, box.y - 4 * scale)} fontSize={14 * scale} onPointerDown={(e) => { e.stopPropagation(); select(); }}>
        {box.label}
      </text>
    </g>
  );
}
