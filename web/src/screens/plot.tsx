/** The learning curve with its interval, by uPlot, and the calibration, by hand. */
import { useEffect, useRef, useState, type ReactNode } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Curve } from "../api/types";
import { usePrefs } from "../prefs";

const HEIGHT = 320;

export function Plot({ curve, random, said }: { curve: Curve; random: Curve | null; said: string }): ReactNode {
  const ref = useRef<HTMLDivElement>(null);
  const { theme } = usePrefs();
  const [under, point] = useState<number | null>(null);
  useEffect(() => {
    const at = ref.current!;
    const plot = new uPlot(options(at, curve.metric, random !== null, point), data(curve, random), at);
    const resized = new ResizeObserver(() => plot.setSize({ width: at.clientWidth, height: HEIGHT }));
    resized.observe(at);
    return () => {
      resized.disconnect();
      plot.destroy();
    };
  }, [curve, random, theme]);
  return (
    <>
      <div ref={ref} className="plot" role="img" aria-label={said} />
      <p className="reading">{under === null ? said : reading(curve, under)}</p>
    </>
  );
}

/** What was measured with so many labels. */
function reading(curve: Curve, labels: number): string {
  const p = curve.points.find((q) => q.labels === labels);
  if (!p) return `${labels} labels`;
  return `${curve.metric} was ${p.value.toFixed(3)} (${p.low.toFixed(3)} to ${p.high.toFixed(3)}) with ${labels} labels`;
}

/** Columns over all numbers of labels that either curve has. */
export function data(curve: Curve, random: Curve | null): uPlot.AlignedData {
  const at = [...new Set([...curve.points, ...(random?.points ?? [])].map((p) => p.labels))].sort((a, b) => a - b);
  const column = (c: Curve | null, key: "value" | "low" | "high"): (number | null)[] => {
    const found = new Map(c?.points.map((p) => [p.labels, p[key]]));
    return at.map((n) => found.get(n) ?? null);
  };
  const columns = [at, column(curve, "low"), column(curve, "high"), column(curve, "value")];
  return (random ? [...columns, column(random, "value")] : columns) as uPlot.AlignedData;
}

function options(at: HTMLElement, metric: string, random: boolean, point: (labels: number | null) => void): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const [ink, line, accent, other] = ["--soft", "--line", "--accent", "--c1"].map((v) => style.getPropertyValue(v).trim());
  const axis = { stroke: ink!, grid: { stroke: line!, width: 1 }, ticks: { stroke: line! } };
  const edge = { stroke: "transparent", points: { show: false }, spanGaps: true };
  return {
    width: at.clientWidth,
    height: HEIGHT,
    scales: { x: { time: false } },
    cursor: { drag: { x: false, y: false } },
    legend: { show: false },
    hooks: { setCursor: [(u) => point(u.cursor.idx == null ? null : (u.data[0][u.cursor.idx] ?? null))] },
    bands: [{ series: [2, 1], fill: `${accent}2e` }],
    axes: [
      { ...axis, label: "labels" },
      { ...axis, label: metric },
    ],
    series: [
      { label: "labels" },
      { ...edge, label: "low" },
      { ...edge, label: "high" },
      { label: metric, stroke: accent!, width: 2, spanGaps: true, points: { show: true, size: 6 } },
      ...(random ? [{ label: "random", stroke: other!, width: 2, dash: [6, 4], spanGaps: true }] : []),
    ],
  };
}

type Bin = [said: number, right: number, n: number];

/** How sure the model said it was, beside how often it was right. */
export function Calibration({ found }: { found: Record<string, unknown> }): ReactNode {
  const bins = (Array.isArray(found.bins) ? found.bins : []) as Bin[];
  if (!bins.length) return <p className="small">It is measured with a validation share.</p>;
  const ece = typeof found.ece === "number" ? found.ece.toFixed(3) : "—";
  return (
    <>
      <svg viewBox="-10 -9 124 122" className="calibration" role="img" aria-label={`Calibration error ${ece}`}>
        <path d="M 0 100 L 100 0" className="even" />
        <path d="M 0 0 V 100 H 100" className="frame" />
        {bins.map(([said, right, n]) => (
          <circle key={said} cx={100 * said} cy={100 - 100 * right} r={2 + Math.min(6, Math.sqrt(n))} />
        ))}
        <text x="50" y="110" textAnchor="middle">
          how sure it was
        </text>
        <text x="-3" y="50" textAnchor="middle" transform="rotate(-90 -3 50)">
          how often right
        </text>
      </svg>
      <p className="small">Expected calibration error {ece}; larger dots are more samples.</p>
    </>
  );
}
