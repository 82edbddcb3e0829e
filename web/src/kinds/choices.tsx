/** The buttons of the classes, and the list to search where there are more than ten. */
import { useRef, useState, type ReactNode } from "react";
import type { Guess } from "../api/types";
import { aria, keysOf, useKeys, type Binding } from "../keys";
import { Dialog } from "../parts/dialog";
import { Kbd } from "../parts/kbd";
import { classKeys, colour } from "./kind";

const MANY = 10;

interface Props {
  classes: string[];
  chosen: string[];
  suggestion: Guess | null;
  pick(label: string): void;
  /** A name that is not in the list is a new class. */
  open?: boolean;
  /** A word before the class in the help: "label as", "toggle". */
  verb: string;
  extra?: Binding[];
  /** With the colour in which each is drawn. */
  tinted?: boolean;
  children?: ReactNode;
}

export function Choices({ classes, chosen, suggestion, pick, open, verb, extra, tinted, children }: Props): ReactNode {
  const [searching, search] = useState(false);
  const bindings: Binding[] = classes.slice(0, 20).map((label, n) => ({
    id: `class-${n}`,
    keys: classKeys(n, classes),
    label: `${verb} ${label}`,
    run: () => pick(label),
  }));
  const find: Binding = { id: "search", keys: ["/"], label: "search the classes", run: () => search(true) };
  useKeys([...(extra ?? []), ...bindings, find]);
  const shown = classes.length > 40 ? classes.slice(0, 20) : classes;
  return (
    <div className="choices" role="group" aria-label="Classes">
      {shown.map((label, n) => (
        <Choice
          key={label}
          label={label}
          k={bindings[n] && keysOf(bindings[n])[0]}
          pressed={chosen.includes(label)}
          tint={tinted ? colour(classes, label) : ""}
          suggested={suggestion?.label === label ? suggestion.p : null}
          pick={() => pick(label)}
        />
      ))}
      {(classes.length > MANY || open) && (
        <button type="button" className="choice" onClick={() => search(true)} aria-keyshortcuts="/">
          <Kbd k="/" /> {open ? "another …" : `all ${classes.length} …`}
        </button>
      )}
      {children}
      {searching && (
        <Palette
          classes={classes}
          open={open ?? false}
          close={() => search(false)}
          pick={(label) => {
            search(false);
            pick(label);
          }}
        />
      )}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  k: string | undefined;
  pressed: boolean;
  tint: string;
  suggested: number | null;
  pick(): void;
}

function Choice({ label, k, pressed, tint, suggested, pick }: ChoiceProps): ReactNode {
  return (
    <button
      type="button"
      className="choice"
      aria-pressed={pressed}
      aria-keyshortcuts={k && aria(k)}
      data-suggested={suggested !== null}
      onClick={(e) => {
        if (e.detail) e.currentTarget.blur(); // a mouse leaves the keys to the page
        pick();
      }}
    >
      {k && k !== label && <Kbd k={k} />}
      {tint && <span className="dot" aria-hidden="true" style={{ background: tint }} />}
      {label}
      {suggested !== null && <span className="suggested">suggested {Math.round(100 * suggested)} %</span>}
    </button>
  );
}

interface PaletteProps {
  classes: string[];
  open: boolean;
  close(): void;
  pick(label: string): void;
}

/** Type a few letters of a class; enter takes the first that is left. */
export function Palette({ classes, open, close, pick }: PaletteProps): ReactNode {
  const [text, type] = useState("");
  const list = useRef<HTMLUListElement>(null);
  const left = matching(classes, text);
  const fresh = open && text.trim() && !classes.includes(text.trim()) ? text.trim() : "";
  return (
    <Dialog title="Search the classes" close={close}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          const first = left[0] ?? fresh;
          if (first) pick(first);
        }}
      >
        <input
          value={text}
          onChange={(e) => type(e.target.value)}
          placeholder="type a few letters, then enter"
          aria-label="Class"
          onKeyDown={(e) => e.key === "ArrowDown" && list.current?.querySelector("button")?.focus()}
        />
      </form>
      <ul className="palette" ref={list}>
        {left.slice(0, 50).map((label) => (
          <li key={label}>
            <button type="button" className="plain" onClick={() => pick(label)}>
              {label}
            </button>
          </li>
        ))}
        {fresh && (
          <li>
            <button type="button" className="plain" onClick={() => pick(fresh)}>
              new class: {fresh}
            </button>
          </li>
        )}
        {!left.length && !fresh && <li className="small">no class has these letters</li>}
      </ul>
    </Dialog>
  );
}

/** Those that begin with the text, then those that have it somewhere. */
export function matching(classes: string[], text: string): string[] {
  const wanted = text.trim().toLowerCase();
  const has = classes.filter((c) => c.toLowerCase().includes(wanted));
  const begins = (c: string): boolean => c.toLowerCase().startsWith(wanted);
  return [...has.filter(begins), ...has.filter((c) => !begins(c))];
}
