/** A picture that is drawn on, in its own pixels: a pointer by mouse or by keys, zoom and pan.
 *
 * The view box is in pixels of the original, whatever size the copy has that the server sent.
 */
import { useRef, useState, type PointerEvent, type ReactNode } from "react";
import type { Content } from "../api/types";
import { useKeys, type Binding } from "../keys";

export interface Point {
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Pen {
  down(p: Point): void;
  /** pressed: whether the button is held. */
  move(p: Point, pressed: boolean): void;
  up(p: Point): void;
}

interface Props {
  content: Content;
  pen: Pen;
  /** Moves what is selected; false where nothing is, and then the cursor moves. */
  nudge(dx: number, dy: number): boolean;
  /** Keys that the kind adds; they go before those of the canvas. */
  children(scale: number): ReactNode;
}

interface View extends Point {
  zoom: number;
}

export function sizeOf(content: Content): Size {
  return { width: content.width ?? 1000, height: content.height ?? 1000 };
}

const WHOLE: View = { x: 0, y: 0, zoom: 1 };
const DEEPEST = 32;

export function Canvas({ content, pen, nudge, children }: Props): ReactNode {
  const size = sizeOf(content);
  const svg = useRef<SVGSVGElement>(null);
  const [view, setView] = useState(WHOLE);
  const [cursor, setCursor] = useState<Point | null>(null);
  const panned = useRef<Point | null>(null);
  const at = (e: { clientX: number; clientY: number }): Point => inside(pixel(svg.current!, e.clientX, e.clientY), size);

  const moved = (dx: number, dy: number): void => {
    if (nudge(dx, dy)) return;
    const from = cursor ?? { x: size.width / 2, y: size.height / 2 };
    const to = inside({ x: from.x + dx, y: from.y + dy }, size);
    setCursor(to);
    pen.move(to, false);
  };
  const press = (): void => {
    const p = cursor ?? { x: size.width / 2, y: size.height / 2 };
    setCursor(p);
    pen.down(p);
    pen.up(p);
  };
  const zoom = (by: number, around: Point): void => setView(zoomed(view, by, around));
  const middle = (): Point => cursor ?? { x: view.x + size.width / view.zoom / 2, y: view.y + size.height / view.zoom / 2 };
  useKeys([
    ...arrows(moved),
    { id: "press", keys: ["p"], label: "press the pen at the cursor", run: press, repeat: true },
    { id: "closer", keys: ["+"], label: "zoom in", run: () => zoom(1.5, middle()) },
    { id: "farther", keys: ["-"], label: "zoom out", run: () => zoom(1 / 1.5, middle()) },
    { id: "whole", keys: ["*"], label: "the whole picture", run: () => setView(WHOLE) },
  ]);
  const scale = Math.max(size.width, size.height) / view.zoom / 800; // pixels of the picture a pixel of the screen, about
  const pan = (e: PointerEvent): void => {
    const here = pixel(svg.current!, e.clientX, e.clientY);
    const start = panned.current!;
    setView({ ...view, x: view.x + start.x - here.x, y: view.y + start.y - here.y });
  };
  return (
    <section className="stage" aria-label="The question">
      <svg
        ref={svg}
        className="canvas"
        role="application"
        aria-label={`${content.name}; arrows move, p draws`}
        viewBox={`${view.x} ${view.y} ${size.width / view.zoom} ${size.height / view.zoom}`}
        style={{ aspectRatio: `${size.width} / ${size.height}` }}
        onPointerDown={(e) => {
          e.currentTarget.setPointerCapture(e.pointerId);
          setCursor(null);
          if (e.button || e.shiftKey) panned.current = pixel(e.currentTarget, e.clientX, e.clientY);
          else pen.down(at(e));
        }}
        onPointerMove={(e) => (panned.current ? pan(e) : pen.move(at(e), e.buttons > 0))}
        onPointerUp={(e) => {
          if (!panned.current) pen.up(at(e));
          panned.current = null;
        }}
        onWheel={(e) => zoom(e.deltaY < 0 ? 1.2 : 1 / 1.2, at(e))}
        onContextMenu={(e) => e.preventDefault()}
      >
        <image href={content.image ?? ""} x={0} y={0} width={size.width} height={size.height} preserveAspectRatio="none" />
        {children(scale)}
        {cursor && <Cross at={cursor} arm={12 * scale} />}
      </svg>
    </section>
  );
}

function Cross({ at, arm }: { at: Point; arm: number }): ReactNode {
  const path = `M ${at.x - arm} ${at.y} H ${at.x + arm} M ${at.x} ${at.y - arm} V ${at.y + arm}`;
  return (
    <g className="cross" pointerEvents="none">
      <path d={path} className="halo" />
      <path d={path} />
    </g>
  );
}

function pixel(svg: SVGSVGElement, clientX: number, clientY: number): Point {
  const p = new DOMPoint(clientX, clientY).matrixTransform(svg.getScreenCTM()!.inverse());
  return { x: p.x, y: p.y };
}

export function inside(p: Point, { width, height }: Size): Point {
  return { x: Math.min(width, Math.max(0, p.x)), y: Math.min(height, Math.max(0, p.y)) };
}

function zoomed(view: View, by: number, around: Point): View {
  const zoom = Math.min(DEEPEST, Math.max(1, view.zoom * by));
  if (zoom === 1) return WHOLE;
  const k = view.zoom / zoom;
  return { zoom, x: around.x - (around.x - view.x) * k, y: around.y - (around.y - view.y) * k };
}

const DIRECTIONS: [string, number, number][] = [
  ["Left", -1, 0],
  ["Right", 1, 0],
  ["Up", 0, -1],
  ["Down", 0, 1],
];

function arrows(moved: (dx: number, dy: number) => void): Binding[] {
  return DIRECTIONS.flatMap(([name, dx, dy]) => {
    const word = name.toLowerCase();
    return [
      { id: `move-${word}`, keys: [`Arrow${name}`], label: `1 pixel ${word}`, run: () => moved(dx, dy), repeat: true },
      { id: `leap-${word}`, keys: [`Shift+Arrow${name}`], label: `10 pixels ${word}`, run: () => moved(10 * dx, 10 * dy), repeat: true },
    ];
  });
}

/** To a thousandth of a pixel, as the server keeps it. */
export function rounded(v: number): number {
  return Math.round(v * 1000) / 1000;
}
