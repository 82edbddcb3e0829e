/** The button that commits an answer of several steps. */
import type { ReactNode } from "react";
import { Kbd } from "../parts/kbd";

export function Done({ done, what }: { done(): void; what: string }): ReactNode {
  return (
    <button
      type="button"
      className="choice main"
      aria-keyshortcuts="Enter"
      onClick={(e) => {
        if (e.detail) e.currentTarget.blur();
        done();
      }}
    >
      <Kbd k="Enter" /> {what}
    </button>
  );
}
