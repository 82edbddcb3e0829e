/** A class for every pixel: a brush, an eraser, a fill; enter is the answer. */
import { useEffect, useRef, useState, type ReactNode } from "react";
import { dropDraft } from "../parts/draft";
import { Canvas, sizeOf, type Pen, type Point } from "./canvas";
import { Choices } from "./choices";
import { Done } from "./done";
import type { KindProps } from "./kind";
import { blank, fill, maskValue, painted, stroke, type MaskValue, type Painted } from "./runs";

type Tool = "brush" | "eraser" | "fill";
const MEMORY = 60_000_000; // bytes of the way back

export function Mask({ form, content, earlier, draft, commit }: KindProps<"mask">): ReactNode {
  const size = sizeOf(content);
  const [mask] = useState<Painted>(() => begin(draft, earlier, size, form.classes));
  const [label, arm] = useState(form.classes[0] ?? "");
  const [tool, setTool] = useState<Tool>("brush");
  const [radius, setRadius] = useState(() => Math.max(2, Math.round(Math.max(size.width, size.height) / 40)));
  const [here, setHere] = useState<Point | null>(null);
  const [turn, setTurn] = useState(0);
  const canvas = useRef<HTMLCanvasElement>(null);
  const past = useRef<Uint8Array[]>([]);
  const last = useRef<Point | null>(null);
  const redraw = (): void => paint(canvas.current, mask, form.classes);
  useEffect(redraw);

  const n = tool === "eraser" ? 0 : form.classes.indexOf(label) + 1;
  const pen: Pen = {
    down: (p) => {
      const most = Math.max(1, Math.min(50, Math.floor(MEMORY / mask.pixels.length)));
      past.current = [...past.current, mask.pixels.slice()].slice(-most);
      if (tool === "fill") fill(mask, p.x, p.y, n);
      else stroke(mask, p, p, radius, n);
      last.current = p;
      redraw();
    },
    move: (p, pressed) => {
      setHere(p);
      if (!pressed || tool === "fill" || !last.current) return;
      stroke(mask, last.current, p, radius, n);
      last.current = p;
      redraw();
    },
    up: () => {
      last.current = null;
      setTurn(turn + 1);
      try {
        localStorage.setItem(draft, JSON.stringify(maskValue(mask, form.classes)));
      } catch {
        dropDraft(draft); // too large to keep: it holds while the page is open
      }
    },
  };
  const back = (): void => {
    const before = past.current.pop();
    if (before) mask.pixels.set(before);
    setTurn(turn + 1);
  };
  const done = (): void => commit(maskValue(mask, form.classes));
  const grow = (by: number) => (): void => setRadius(Math.max(1, Math.round(radius * by + (by > 1 ? 1 : -1))));
  return (
    <>
      <Canvas content={content} pen={pen} nudge={() => false}>
        {(scale) => (
          <>
            <foreignObject x={0} y={0} width={size.width} height={size.height} pointerEvents="none">
              <canvas ref={canvas} width={size.width} height={size.height} className="mask" />
            </foreignObject>
            {here && tool !== "fill" && <circle cx={here.x} cy={here.y} r={radius} className="brush" strokeWidth={2 * scale} />}
          </>
        )}
      </Canvas>
      <Choices
        classes={form.classes}
        chosen={tool === "eraser" ? [] : [label]}
        suggestion={null}
        tinted
        verb="paint"
        pick={(c) => {
          arm(c);
          if (tool === "eraser") setTool("brush");
        }}
        extra={[
          { id: "commit", keys: ["Enter"], label: "answer with this mask", run: done },
          { id: "smaller", keys: ["["], label: "smaller brush", run: grow(0.8), repeat: true },
          { id: "larger", keys: ["]"], label: "larger brush", run: grow(1.25), repeat: true },
          { id: "brush", keys: ["b"], label: "brush", run: () => setTool("brush") },
          { id: "eraser", keys: ["e"], label: "eraser", run: () => setTool("eraser") },
          { id: "fill", keys: ["i"], label: "fill", run: () => setTool("fill") },
          { id: "step-back", keys: ["Ctrl+z"], label: "one step back within the question", run: back },
        ]}
      >
        <Done done={done} what="answer" />
      </Choices>
      <p className="hints small">
        {tool}, {2 * radius} px · b brush · e eraser · i fill · [ ] size · arrows and p paint by keys · ctrl z back
      </p>
    </>
  );
}

function begin(draft: string, earlier: unknown, size: { width: number; height: number }, classes: string[]): Painted {
  try {
    const found = localStorage.getItem(draft);
    const value = (found ? JSON.parse(found) : earlier) as MaskValue | undefined;
    if (value && value.width === size.width && value.height === size.height) return painted(value, classes);
  } catch {
    // a damaged draft is none
  }
  return blank(size.width, size.height);
}

const COLOURS = [
  [31, 95, 191],
  [179, 71, 11],
  [28, 107, 54],
  [138, 42, 143],
  [140, 106, 0],
  [0, 109, 119],
  [168, 32, 26],
  [75, 79, 191],
  [92, 107, 0],
  [122, 74, 43],
];

function paint(canvas: HTMLCanvasElement | null, mask: Painted, classes: string[]): void {
  const pen = canvas?.getContext("2d");
  if (!pen) return;
  const image = pen.createImageData(mask.width, mask.height);
  const words = new Uint32Array(image.data.buffer);
  const palette = [0, ...classes.map((_, n) => word(COLOURS[n % COLOURS.length]!))];
  for (let i = 0; i < words.length; i++) words[i] = palette[mask.pixels[i]!]!;
  pen.putImageData(image, 0, 0);
}

/** Little-endian RGBA, half see-through. */
function word([r, g, b]: number[]): number {
  return ((140 << 24) | (b! << 16) | (g! << 8) | r!) >>> 0;
}
