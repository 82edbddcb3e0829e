/** What every kind of label is given by the labelling screen. */
import type { Content, Form, FormOf, Guess, Value } from "../api/types";

export interface KindProps<K extends Form["kind"]> {
  form: FormOf<K>;
  content: Content;
  /** What was answered before, where the question is open again. */
  earlier: Value | undefined;
  /** What the model takes it for, where that may be seen now. */
  suggestion: Guess | null;
  /** Where what is half done is kept. */
  draft: string;
  commit(value: Value): void;
  undo(): void;
  say(sentence: string): void;
}

/** The keys of the first twenty classes: 1 to 9, 0, and with shift; where all classes are digits, the digits. */
export function classKeys(n: number, classes: string[]): string[] {
  if (classes.every((c) => /^\d$/.test(c))) return [classes[n]!];
  if (n < 10) return [String((n + 1) % 10)];
  return n < 20 ? [`Shift+${(n + 1) % 10}`] : [];
}

/** A colour a class, told apart by number and letter as well; from the palette of style.css. */
export function colour(classes: string[], label: string): string {
  return `var(--c${Math.max(0, classes.indexOf(label)) % 10})`;
}
