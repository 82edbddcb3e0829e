/** What is shown of a sample.  Text is only ever a text node. */
import { useEffect, useRef, type ReactNode } from "react";
import type { Content } from "../api/types";
import { Player } from "./audio";
import { Wave } from "./wave";

const LONG = 8000; // characters, above which a text is drawn in blocks that the browser may leave out of sight

export function Shown({ content, small }: { content: Content; small?: boolean }): ReactNode {
  switch (content.kind) {
    case "image":
      return <Picture content={content} size={small ? 160 : 0} />;
    case "audio":
      return small ? <Wave content={content} label={content.name} /> : <Player key={content.audio} content={content} />;
    case "text":
      return small ? <p className="snippet">{(content.text ?? "").slice(0, 200)}</p> : <Words text={content.text ?? ""} />;
    case "table":
      return <Row fields={content.fields ?? {}} small={small ?? false} />;
    case "array":
      return <Numbers name={content.name} fields={content.fields ?? {}} small={small ?? false} />;
    default:
      return <p className="snippet">{content.name}: there is nothing to show of it but its name</p>;
  }
}

export function pictureOf(content: Content, size: number): string {
  return size ? `${content.image}?size=${size}` : (content.image ?? "");
}

export function Picture({ content, size }: { content: Content; size: number }): ReactNode {
  return <img src={pictureOf(content, size)} alt={content.name} decoding="sync" draggable={false} />;
}

function Words({ text }: { text: string }): ReactNode {
  if (text.length < LONG) return <p className="words">{text}</p>;
  const blocks: string[] = [];
  for (let at = 0; at < text.length; ) {
    const line = text.indexOf("\n", at + LONG / 2);
    const end = line < 0 || line > at + LONG ? at + LONG : line + 1;
    blocks.push(text.slice(at, end));
    at = end;
  }
  return (
    <div className="words">
      {blocks.map((b, n) => (
        <p key={n} className="block">
          {b}
        </p>
      ))}
    </div>
  );
}

function Row({ fields, small }: { fields: Record<string, unknown>; small: boolean }): ReactNode {
  const shown = Object.entries(fields).slice(0, small ? 4 : 500);
  return (
    <table className="fields">
      <tbody>
        {shown.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{said(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function said(value: unknown): string {
  if (value === null || value === undefined) return "—";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** A square number of values is drawn as a picture, others as a line. */
function Numbers({ name, fields, small }: { name: string; fields: Record<string, unknown>; small: boolean }): ReactNode {
  const ref = useRef<HTMLCanvasElement>(null);
  const values = Object.values(fields).map(Number);
  const side = Math.sqrt(values.length);
  const square = Number.isInteger(side) && side >= 4;
  useEffect(() => {
    const canvas = ref.current;
    if (canvas) (square ? drawSquare : drawLine)(canvas, values);
  });
  return <canvas ref={ref} className={square ? "square" : "line"} data-small={small} role="img" aria-label={name} />;
}

function drawSquare(canvas: HTMLCanvasElement, values: number[]): void {
  const side = Math.sqrt(values.length);
  canvas.width = canvas.height = side;
  const pen = canvas.getContext("2d")!;
  const image = pen.createImageData(side, side);
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  values.forEach((v, n) => {
    const grey = 255 - Math.round((255 * (v - low)) / span);
    image.data.set([grey, grey, grey, 255], 4 * n);
  });
  pen.putImageData(image, 0, 0);
}

function drawLine(canvas: HTMLCanvasElement, values: number[]): void {
  const [w, h] = [(canvas.width = 640), (canvas.height = 240)];
  const pen = canvas.getContext("2d")!;
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  pen.strokeStyle = getComputedStyle(canvas).color;
  pen.lineWidth = 2;
  pen.beginPath();
  values.forEach((v, n) => {
    const x = (n / Math.max(1, values.length - 1)) * (w - 8) + 4;
    const y = h - 4 - ((v - low) / span) * (h - 8);
    if (n) pen.lineTo(x, y);
    else pen.moveTo(x, y);
  });
  pen.stroke();
}
