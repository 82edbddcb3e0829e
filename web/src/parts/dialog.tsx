/** A dialog of the browser's own: it holds the focus, and escape closes it. */
import { useEffect, useRef, type ReactNode } from "react";
import { Level, useKeys } from "../keys";

export function Dialog({ title, close, children }: { title: string; close(): void; children: ReactNode }): ReactNode {
  const ref = useRef<HTMLDialogElement>(null);
  useKeys([], Level.dialog);
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.showModal(); // the focus goes to the first thing there is, which is the button that closes it
    ref.current?.querySelector<HTMLElement>("input, textarea, .palette button")?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog ref={ref} aria-label={title} onClose={close} onClick={(e) => e.target === ref.current && close()}>
      <header>
        <h2>{title}</h2>
        <button type="button" className="plain" onClick={close} aria-label="Close">
          ✕
        </button>
      </header>
      {children}
    </dialog>
  );
}
