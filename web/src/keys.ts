/** Keys to actions: one listener, layers of bindings, the top one first.
 *
 * Single letters without a modifier, ignored while somebody types into a field, while an input method composes and
 * while a key is held down.  Every binding has an id; a person may give it another key, and no two share one.
 */
import { useEffect, useRef, useSyncExternalStore } from "react";

export interface Binding {
  id: string;
  keys: string[];
  label: string;
  run(event: KeyboardEvent): void;
  /** Also while the key is held down. */
  repeat?: boolean;
  /** Also while a field has the focus. */
  inField?: boolean;
}

export interface Layer {
  bindings: Binding[];
  level: Level;
  /** What is under it hears nothing. */
  modal: boolean;
}

/** Which goes first, where two want the same key: a dialog, then the kind of label, then what shows the sample, then the screen. */
export const Level = { screen: 0, part: 0.5, kind: 1, dialog: 2, inDialog: 3 } as const;
export type Level = (typeof Level)[keyof typeof Level];

const layers: { current: Layer }[] = [];
const listeners = new Set<() => void>();
const PLACE = "askance:keys";
let chosen: Record<string, string> = load();

function load(): Record<string, string> {
  try {
    return JSON.parse(localStorage.getItem(PLACE) ?? "{}") as Record<string, string>;
  } catch {
    return {};
  }
}

/** The key that a person gave an action, or its own ones. */
export function keysOf(b: Binding): string[] {
  const own = chosen[b.id];
  return own ? [own] : b.keys;
}

/** Gives an action another key; -> the action that has it already, where it is taken. */
export function remap(id: string, key: string | null, all: Binding[]): Binding | null {
  const taken = key && all.find((b) => b.id !== id && keysOf(b).includes(key));
  if (taken) return taken;
  chosen = Object.fromEntries(Object.entries(chosen).filter(([k]) => k !== id));
  if (key) chosen[id] = key;
  try {
    localStorage.setItem(PLACE, JSON.stringify(chosen));
  } catch {
    // it holds until the page is closed
  }
  changed();
  return null;
}

/** What a press may be called, the most exact first: "Shift+1" and what the layout makes of it, "!". */
export function names(e: KeyboardEvent): string[] {
  const held = (e.ctrlKey || e.metaKey ? "Ctrl+" : "") + (e.altKey ? "Alt+" : "");
  const digit = /^Digit(\d)$/.exec(e.code)?.[1];
  const single = e.key.length === 1;
  const letter = single && e.key.toLowerCase() !== e.key.toUpperCase();
  const plain = letter ? e.key.toLowerCase() : e.key;
  const shift = e.shiftKey && (letter || !single || e.key === " ") ? "Shift+" : "";
  const found = [held + shift + plain];
  if (digit) found.push(held + (e.shiftKey ? "Shift+" : "") + digit);
  return found;
}

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button", "range"].includes(target.type);
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Enter and space alone are a focused button's own. */
function pressing(e: KeyboardEvent): boolean {
  if ((e.key !== "Enter" && e.key !== " ") || e.ctrlKey || e.metaKey || e.altKey) return false;
  return e.target instanceof HTMLElement && e.target.closest("button, a[href], summary, input, select") !== null;
}

function heard(e: KeyboardEvent): void {
  if (e.isComposing || e.defaultPrevented) return;
  const field = typing(e.target);
  if (!field && pressing(e)) return;
  const said = names(e);
  for (let n = layers.length - 1; n >= 0; n--) {
    const layer = layers[n]!.current;
    for (const name of said) {
      const found = layer.bindings.find((b) => keysOf(b).includes(name) && (!field || b.inField));
      if (!found) continue;
      e.preventDefault();
      if (!e.repeat || found.repeat) found.run(e);
      return;
    }
    if (layer.modal) return;
  }
}

let listening = false;

function changed(): void {
  for (const listener of listeners) listener();
}

/** These bindings hold while the component is there. */
export function useKeys(bindings: Binding[], level: Level = Level.kind): void {
  const modal = level >= Level.dialog;
  const layer = useRef<Layer>({ bindings, level, modal });
  layer.current = { bindings, level, modal };
  useEffect(() => {
    if (!listening) {
      window.addEventListener("keydown", heard);
      listening = true;
    }
    layers.push(layer);
    layers.sort((a, b) => a.current.level - b.current.level);
    changed();
    return () => {
      layers.splice(layers.indexOf(layer), 1);
      changed();
    };
  }, []);
}

let version = 0;

/** Calls again whenever a layer comes or goes, or a key is changed. */
export function useKeyChanges(): number {
  return useSyncExternalStore(subscribe, () => version);
}

function subscribe(listener: () => void): () => void {
  const told = (): void => {
    version++;
    listener();
  };
  listeners.add(told);
  return () => listeners.delete(told);
}

/** All that can be pressed now but what a dialog adds; what another one hides is left out. */
export function allBindings(): Binding[] {
  const taken = new Set<string>();
  const found: Binding[] = [];
  for (const b of [...layers].reverse().flatMap((l) => (l.current.modal ? [] : l.current.bindings))) {
    const free = keysOf(b).filter((k) => !taken.has(k));
    free.forEach((k) => taken.add(k));
    if (free.length) found.push(b);
  }
  return found;
}

const SHOWN: Record<string, string> = {
  " ": "space",
  "Shift+ ": "shift space",
  "Ctrl+ ": "ctrl space",
  Backspace: "⌫",
  Enter: "⏎",
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "esc",
  Delete: "del",
};

export function shown(key: string): string {
  return SHOWN[key] ?? key.replace(/Arrow(Left|Right|Up|Down)/, (_, w: string) => SHOWN[`Arrow${w}`] ?? w);
}

/** As aria-keyshortcuts has it. */
export function aria(key: string): string {
  return key === " " ? "Space" : key === "Shift+ " ? "Shift+Space" : key.replace("Ctrl+", "Control+").replace(/ $/, "Space");
}
