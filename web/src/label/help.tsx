/** All keys that can be pressed now; another key may be given to each. */
import { useState, type ReactNode } from "react";
import { allBindings, keysOf, names, remap, shown, useKeyChanges, type Binding } from "../keys";
import { Dialog } from "../parts/dialog";

export function Help({ close }: { close(): void }): ReactNode {
  useKeyChanges();
  const [changing, change] = useState("");
  const [said, say] = useState("");
  const all = allBindings();
  const press = (b: Binding, e: React.KeyboardEvent): void => {
    if (changing !== b.id || ["Shift", "Control", "Alt", "Meta", "Tab"].includes(e.key)) return;
    e.preventDefault();
    e.stopPropagation();
    const key = e.key === "Escape" ? null : names(e.nativeEvent)[0]!;
    const taken = remap(b.id, key, all);
    say(taken ? `${shown(key!)} is taken by “${taken.label}”` : `${b.label}: ${keysOf(b).map(shown).join(", ")}`);
    change("");
  };
  return (
    <Dialog title="Keys" close={close}>
      <p className="small" role="status">
        {said || "Press a row’s button, then another key for it; escape gives it back its own."}
      </p>
      <ul className="keys">
        {all.map((b) => (
          <li key={b.id}>
            <button
              type="button"
              className="plain"
              aria-label={`${b.label}: ${keysOf(b).map(shown).join(", ")}; change`}
              onClick={() => change(b.id)}
              onKeyDown={(e) => press(b, e)}
            >
              {changing === b.id ? <kbd>press a key</kbd> : keysOf(b).map((k) => <kbd key={k}>{shown(k)}</kbd>)}
            </button>
            <span>{b.label}</span>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
