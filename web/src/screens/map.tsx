/** The pool in a plane: draw around what should be asked about next. */
import { useEffect, useRef, useState, type PointerEvent, type ReactNode } from "react";
import { call } from "../api/client";
import type { Points } from "../api/types";
import { useKeys } from "../keys";
import { Kbd } from "../parts/kbd";
import { useLoaded } from "../parts/loaded";
import { Trouble } from "../parts/trouble";
import { go, href } from "../route";
import type { Inner } from "./inside";

type XY = [number, number];
const [W, H] = [1000, 640];
const MOST = 1000; // wishes of one request

export default function MapScreen({ campaign }: Inner): ReactNode {
  const path = { campaign: campaign.id };
  const found = useLoaded((signal) => call("get", "/api/v1/campaigns/{campaign}/map", { path, query: { n: 5000 }, signal }), [campaign.id]);
  const [lasso, draw] = useState<XY[]>([]);
  const [chosen, choose] = useState<number[]>([]);
  const [said, say] = useState("");
  const canvas = useRef<HTMLCanvasElement>(null);
  const points = found.value;
  const places = points ? placed(points) : [];
  const classes = points ? [...new Set([...points.label, ...points.guess])].filter(Boolean).sort() : [];
  useEffect(() => {
    if (canvas.current && points) paint(canvas.current, points, places, classes, lasso, chosen);
  });
  const open = points ? chosen.filter((n) => !points.label[n]) : [];
  const wish = (): void => {
    if (!points || !open.length) return say("Draw around some that have no label yet");
    const ids = open.slice(0, MOST).map((n) => points.ids[n]!);
    call("post", "/api/v1/campaigns/{campaign}/wishes", { path, body: { ids } })
      .then(({ queued }) => {
        say(`${queued} will be asked about next.`);
        choose([]);
        draw([]);
      })
      .catch((e: unknown) => say(e instanceof Error ? e.message : String(e)));
  };
  const byClass = (label: string): void => choose(points ? points.ids.flatMap((_, n) => (points.guess[n] === label && !points.label[n] ? [n] : [])) : []);
  useKeys([
    { id: "wish", keys: ["Enter"], label: "ask about these next", run: wish },
    { id: "clear", keys: ["Escape"], label: "choose none", run: () => (choose([]), draw([])) },
    { id: "label", keys: ["l"], label: "label", run: () => go(href(campaign.id)) },
  ]);
  if (found.error) return <Trouble error={found.error} retry={found.again} />;
  if (!points) return <p className="small">Loading …</p>;
  if (!points.ids.length) return <p>There is no map yet: it is drawn after the first round that a model learned in.</p>;
  const at = (e: PointerEvent<HTMLCanvasElement>): XY => {
    const box = e.currentTarget.getBoundingClientRect();
    return [((e.clientX - box.left) * W) / box.width, ((e.clientY - box.top) * H) / box.height];
  };
  return (
    <div className="mapped">
      <p className="small" role="status">
        {said || `${points.ids.length.toLocaleString("en")} of ${points.total.toLocaleString("en")} samples; full dots are labelled, rings are the model’s guesses.`}{" "}
        {chosen.length > 0 && `${open.length} without a label are chosen.`}
      </p>
      <div className="tools">
        <button type="button" className="main" onClick={wish} disabled={!open.length}>
          Ask about {open.length} next <Kbd k="Enter" />
        </button>
        <button type="button" onClick={() => (choose([]), draw([]))}>
          Choose none <Kbd k="Escape" />
        </button>
      </div>
      <canvas
        ref={canvas}
        width={W}
        height={H}
        role="img"
        aria-label="Map of the samples; draw around those to ask about, or choose by class below"
        onPointerDown={(e) => {
          e.currentTarget.setPointerCapture(e.pointerId);
          choose([]);
          draw([at(e)]);
        }}
        onPointerMove={(e) => e.buttons && draw([...lasso, at(e)])}
        onPointerUp={() => choose(places.flatMap((p, n) => (within(p, lasso) ? [n] : [])))}
      />
      <ul className="legend" aria-label="Classes; press one to choose what the model takes for it">
        {classes.map((c, n) => (
          <li key={c}>
            <button type="button" className="plain" onClick={() => byClass(c)}>
              <span aria-hidden="true" style={{ color: `var(--c${n % 10})` }}>
                ●
              </span>{" "}
              {c}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Into the canvas, the far ends left out of the scale: one stray sample must not press the others together. */
export function placed({ x, y }: Pick<Points, "x" | "y">): XY[] {
  const [fx, fy] = [scaled(x, W), scaled(y, H)];
  return x.map((v, n) => [fx(v), H - fy(y[n]!)]);
}

function scaled(values: number[], length: number): (v: number) => number {
  const sorted = [...values].sort((a, b) => a - b);
  const low = sorted[Math.floor(0.005 * (sorted.length - 1))]!;
  const high = sorted[Math.ceil(0.995 * (sorted.length - 1))]!;
  const margin = 0.05 * length;
  return (v) => Math.min(length - 4, Math.max(4, margin + ((v - low) / (high - low || 1)) * (length - 2 * margin)));
}

/** Whether a point is inside the line that was drawn: a ray to the right crosses it an odd number of times. */
export function within([x, y]: XY, ring: XY[]): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [[xi, yi], [xj, yj]] = [ring[i]!, ring[j]!];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

function paint(canvas: HTMLCanvasElement, points: Points, places: XY[], classes: string[], lasso: XY[], chosen: number[]): void {
  const pen = canvas.getContext("2d")!;
  const style = getComputedStyle(canvas);
  const colours = Array.from({ length: 10 }, (_, n) => style.getPropertyValue(`--c${n}`).trim());
  const [soft, ink] = [style.getPropertyValue("--soft").trim(), style.getPropertyValue("--ink").trim()];
  const of = (label: string): string => (label ? colours[classes.indexOf(label) % 10]! : soft);
  pen.clearRect(0, 0, W, H);
  const picked = new Set(chosen);
  places.forEach(([x, y], n) => {
    const labelled = points.label[n] !== "";
    pen.beginPath();
    pen.arc(x, y, labelled ? 5 : 2.5, 0, 7);
    pen.strokeStyle = pen.fillStyle = of(points.label[n] || points.guess[n] || "");
    pen.globalAlpha = labelled || picked.has(n) ? 1 : 0.6;
    if (labelled) pen.fill();
    else pen.stroke();
    if (!picked.has(n)) return;
    pen.strokeStyle = ink;
    pen.beginPath();
    pen.arc(x, y, 7, 0, 7);
    pen.stroke();
  });
  pen.globalAlpha = 1;
  if (!lasso.length) return;
  pen.strokeStyle = ink;
  pen.lineWidth = 2;
  pen.beginPath();
  lasso.forEach(([x, y], n) => (n ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
  pen.stroke();
  pen.lineWidth = 1;
}
