/** The outline of a recording on a canvas, in the colour of its text, sharp at any size. */
import { useEffect, useRef, useState, type ReactNode } from "react";
import type { Content, Peaks } from "../api/types";
import { usePrefs } from "../prefs";
import { columns, peaksOf, WHOLE, type View } from "./peaks";

export function Wave({ content, label, view = WHOLE }: { content: Content; label?: string; view?: View }): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const peaks = usePeaks(content);
  const { theme } = usePrefs();
  useEffect(() => {
    const drawn = canvas.current;
    if (!drawn || !peaks) return;
    const again = (): void => draw(drawn, peaks, view);
    again();
    const sized = new ResizeObserver(again);
    sized.observe(drawn);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", again);
    return () => {
      sized.disconnect();
      dark.removeEventListener("change", again);
    };
  }, [peaks, theme, view]);
  return label ? <canvas ref={canvas} className="wave" role="img" aria-label={label} /> : <canvas ref={canvas} className="wave" aria-hidden="true" />;
}

/** null until it is there; without one, the recording is played all the same. */
function usePeaks(content: Content): Peaks | null {
  const [peaks, set] = useState<Peaks | null>(null);
  useEffect(() => {
    let here = true;
    set(null);
    peaksOf(content).then(
      (found) => here && set(found),
      () => undefined,
    );
    return () => void (here = false);
  }, [content.audio]);
  return peaks;
}

function draw(canvas: HTMLCanvasElement, peaks: Peaks, view: View): void {
  const dense = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(canvas.clientWidth * dense), Math.round(canvas.clientHeight * dense)];
  if (!w || !h) return;
  canvas.width = w;
  canvas.height = h;
  const pen = canvas.getContext("2d")!;
  pen.fillStyle = getComputedStyle(canvas).color;
  columns(peaks, w, view).forEach(([low, high], x) => {
    const top = ((1 - high) * h) / 2;
    pen.fillRect(x, top, 1, Math.max(dense, ((high - low) * h) / 2));
  });
}
