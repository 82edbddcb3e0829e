/** An answer in a few words, for the history and the review. */
import type { Form, Value } from "../api/types";

export function brief(form: Form, value: Value | undefined): string {
  if (value === undefined) return "skipped";
  switch (form.kind) {
    case "classes":
      return (value as string[]).join(", ") || "none of them";
    case "number":
      return `${String(value)}${form.unit ? ` ${form.unit}` : ""}`;
    case "rating":
      return `${String(value)} of ${form.high}`;
    case "preference":
      return value === "tie" ? "a tie" : `the ${String(value)} one`;
    case "segments":
      return counted((value as { label: string }[]).map((v) => v.label), "nothing heard");
    case "spans":
      return counted((value as { label: string }[]).map((v) => v.label), "no spans");
    case "boxes":
    case "polygons":
      return counted((value as { label: string }[]).map((v) => v.label), "nothing there");
    case "keypoints":
      return counted((value as { label?: string }[]).map((v) => v.label ?? "thing"), "nothing there");
    case "mask":
      return Object.keys((value as { counts: object }).counts).join(", ") || "background";
    default:
      return String(value);
  }
}

function counted(labels: string[], none: string): string {
  const n = new Map<string, number>();
  for (const l of labels) n.set(l, (n.get(l) ?? 0) + 1);
  return [...n].map(([l, k]) => (k > 1 ? `${k} ${l}` : l)).join(", ") || none;
}

const STRUCTURED = new Set(["classes", "spans", "segments", "boxes", "polygons", "keypoints", "mask"]);

/** A label as the store has it: JSON where its kind has parts, else the text itself. */
export function stored(form: Form, text: string): Value {
  if (!STRUCTURED.has(form.kind)) return text;
  try {
    return JSON.parse(text) as Value;
  } catch {
    return text;
  }
}
