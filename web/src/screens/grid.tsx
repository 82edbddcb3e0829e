/** Many that the model takes for one class: mark the wrong ones, and confirm the others at once. */
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { call } from "../api/client";
import type { Grid as Cells } from "../api/types";
import { useKeys } from "../keys";
import { newKey } from "../label/use-queue";
import { Hear } from "../parts/audio";
import { Shown } from "../parts/content";
import { Kbd } from "../parts/kbd";
import type { Inner } from "./inside";

const MOST = 60;

export default function Grid({ campaign }: Inner): ReactNode {
  const classes = campaign.form.kind === "class" ? campaign.form.classes : [];
  const [label, choose] = useState(classes[0] ?? "");
  const [grid, set] = useState<Cells | null>(null);
  const [wrong, mark] = useState<string[]>([]);
  const [said, say] = useState("Choose a class, and get what the model takes for it.");
  const [busy, work] = useState(false);
  const path = { campaign: campaign.id };
  const failed = (e: unknown): void => say(e instanceof Error ? e.message : String(e));
  const release = (ids: string[]): Promise<unknown> =>
    ids.length ? call("post", "/api/v1/campaigns/{campaign}/release", { path, body: { ids }, keepalive: true }) : Promise.resolve();

  const held = useRef<string[]>([]);
  held.current = grid?.cells.map((c) => c.id) ?? [];
  useEffect(() => {
    const leave = (): void => void release(held.current).catch(() => undefined);
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, []);

  const list = useRef<HTMLUListElement>(null);
  useEffect(() => list.current?.querySelector("button")?.focus(), [grid]); // so that the arrows work at once

  const fetch = (): void => {
    work(true);
    release(grid?.cells.map((c) => c.id) ?? [])
      .then(() => call("post", "/api/v1/campaigns/{campaign}/grid", { path, query: { label, n: MOST } }))
      .then((found) => {
        set(found);
        mark([]);
        say(found.cells.length ? `Mark those that are not ${label}: arrows and space, or a click. Then confirm the others.` : `The model takes nothing else for ${label}.`);
      })
      .catch(failed)
      .finally(() => work(false));
  };
  const confirm = (): void => {
    if (!grid || busy) return;
    const right = grid.cells.filter((c) => !wrong.includes(c.id));
    const answers = right.map((c) => ({ key: newKey(), id: c.id, value: grid.label, suggested: grid.label, shown: true }));
    work(true);
    (answers.length ? call("post", "/api/v1/campaigns/{campaign}/answers", { path, body: { answers } }) : Promise.resolve())
      .then(() => release(wrong))
      .then(() => {
        say(`${right.length} are labelled ${grid.label}; ${wrong.length} go back to be asked about one by one.`);
        set(null);
        mark([]);
      })
      .catch(failed)
      .finally(() => work(false));
  };
  const toggle = (id: string): void => mark(wrong.includes(id) ? wrong.filter((w) => w !== id) : [...wrong, id]);
  useKeys([
    { id: "confirm", keys: ["Ctrl+Enter"], label: "confirm all but the marked ones", run: confirm },
    { id: "fetch", keys: ["n"], label: "get the next ones", run: fetch },
  ]);
  return (
    <div className="gridded">
      <div className="tools">
        <label>
          Class{" "}
          <select value={label} onChange={(e) => choose(e.target.value)}>
            {classes.map((c) => (
              <option key={c}>{c}</option>
            ))}
          </select>
        </label>
        <button type="button" onClick={fetch} disabled={busy}>
          <Kbd k="n" /> Get up to {MOST}
        </button>
        {grid && grid.cells.length > 0 && (
          <button type="button" className="main" onClick={confirm} disabled={busy}>
            Confirm {grid.cells.length - wrong.length} as {grid.label} <Kbd k="Ctrl+Enter" />
          </button>
        )}
      </div>
      <p className="small" role="status">
        {said || `Mark what is not ${grid?.label}: click, or arrows and space. ${wrong.length} marked.`}
      </p>
      {grid && (
        <ul ref={list} className="grid" onKeyDown={walk}>
          {grid.cells.map((c) => (
            <li key={c.id}>
              <button type="button" aria-pressed={wrong.includes(c.id)} onClick={() => toggle(c.id)}>
                <Shown content={c.content} small />
                <span className="small">
                  {wrong.includes(c.id) ? "✗ wrong" : `${Math.round(100 * c.p)} %`}
                </span>
              </button>
              {c.content.kind === "audio" && <Hear content={c.content} />}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Arrows go from cell to cell, by where they are on the screen. */
function walk(e: KeyboardEvent<HTMLElement>): void {
  const all = [...e.currentTarget.querySelectorAll<HTMLButtonElement>("button[aria-pressed]")];
  const at = all.indexOf(document.activeElement as HTMLButtonElement);
  const top = all[0]?.getBoundingClientRect().top;
  const columns = Math.max(1, all.filter((b) => b.getBoundingClientRect().top === top).length);
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[e.key];
  if (step === undefined || at < 0) return;
  e.preventDefault();
  all[at + step]?.focus();
}
