/** Things drawn on a picture: which is selected, and the way back within the question. */
import { useState } from "react";
import { type Binding } from "../keys";
import { useDraft } from "../parts/draft";

export interface Shapes<T> {
  all: T[];
  selected: number;
  select(n: number): void;
  put(all: T[], selected?: number): void;
  /** While something is dragged: no step of the way back. */
  drag(all: T[]): void;
  bindings: Binding[];
}

export function useShapes<T>(draft: string, earlier: unknown): Shapes<T> {
  const [all, set] = useDraft<T[]>(draft, Array.isArray(earlier) ? (earlier as T[]) : []);
  const [past, setPast] = useState<T[][]>([]);
  const [selected, select] = useState(-1);
  const put = (next: T[], n = -1): void => {
    setPast([...past, all].slice(-100));
    set(next);
    select(n);
  };
  const back = (): void => {
    const last = past.at(-1);
    if (!last) return;
    setPast(past.slice(0, -1));
    set(last);
    select(-1);
  };
  const remove = (): void => {
    const n = selected < 0 ? all.length - 1 : selected;
    if (n >= 0) put(all.filter((_, k) => k !== n));
  };
  const cycle = (step: number): void => {
    if (all.length) select((Math.max(selected, step < 0 ? 0 : -1) + step + all.length) % all.length);
  };
  const bindings: Binding[] = [
    { id: "next", keys: ["."], label: "select the next one", run: () => cycle(1) },
    { id: "before", keys: [","], label: "select the one before", run: () => cycle(-1) },
    { id: "none", keys: ["Escape"], label: "select none", run: () => select(-1) },
    { id: "remove", keys: ["x", "Delete"], label: "remove the selected or the latest one", run: remove },
    { id: "step-back", keys: ["Ctrl+z"], label: "one step back within the question", run: back },
  ];
  return { all, selected, select, put, drag: set, bindings };
}
