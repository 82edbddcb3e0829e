/** What people differ on, side by side; one key decides. */
import { useState, type ReactNode } from "react";
import { call } from "../api/client";
import type { Disagreement, Form } from "../api/types";
import { aria, useKeys, type Binding } from "../keys";
import { classKeys } from "../kinds/kind";
import { brief, stored } from "../label/words";
import { Shown } from "../parts/content";
import { Kbd } from "../parts/kbd";
import { useLoaded } from "../parts/loaded";
import { Trouble } from "../parts/trouble";
import type { Inner } from "./inside";

const decision = "/api/v1/campaigns/{campaign}/samples/{sample}/decision";

export default function Review({ campaign }: Inner): ReactNode {
  const path = { campaign: campaign.id };
  const found = useLoaded((signal) => call("get", "/api/v1/campaigns/{campaign}/disagreements", { path, signal }), [campaign.id]);
  const [gone, leave] = useState<string[]>([]);
  const [decided, setDecided] = useState<Disagreement[]>([]);
  const [gold, setGold] = useState(false);
  const [said, say] = useState("");
  const left = (found.value?.items ?? []).filter((d) => !gone.includes(d.id));
  const now = left[0];
  const send = (sample: string, value: unknown, asGold: boolean): Promise<unknown> =>
    call("put", decision, { path: { ...path, sample }, body: { value, gold: asGold } });
  const decide = (value: string): void => {
    if (!now) return;
    const item = now;
    leave([...gone, item.id]); // the next one is there at once
    setDecided([...decided, item]);
    send(item.id, stored(campaign.form, value), gold)
      .then(() => say(`Decided: ${brief(campaign.form, stored(campaign.form, value))}`))
      .catch((e: unknown) => {
        leave((g) => g.filter((id) => id !== item.id));
        say(e instanceof Error ? e.message : String(e));
      });
  };
  const undo = (): void => {
    const last = decided.at(-1);
    if (!last) return say("Nothing was decided yet");
    send(last.id, null, false)
      .then(() => {
        setDecided(decided.slice(0, -1));
        leave(gone.filter((id) => id !== last.id));
        say("Taken back");
      })
      .catch((e: unknown) => say(e instanceof Error ? e.message : String(e)));
  };
  const values = now ? offered(now, campaign.form) : [];
  const bindings: Binding[] = [
    ...values.map((v, n) => ({ id: `decide-${n}`, keys: classKeys(n, values), label: `decide ${v}`, run: () => decide(v) })),
    { id: "skip", keys: [" "], label: "later", run: () => now && leave([...gone, now.id]) },
    { id: "undo", keys: ["Backspace"], label: "take the latest decision back", run: undo },
    { id: "gold", keys: ["o"], label: "make it a gold question", run: () => setGold(!gold) },
  ];
  useKeys(bindings);
  if (found.error) return <Trouble error={found.error} retry={found.again} />;
  if (!found.value) return <p className="small">Loading …</p>;
  return (
    <div className="review">
      <p className="small" role="status">
        {Math.max(0, found.value.total - decided.length)} samples have different answers and no decision. {said}
      </p>
      {now ? (
        <>
          <section className="stage" aria-live="polite" aria-label="The sample">
            <Shown content={now.content} />
          </section>
          <Answers item={now} form={campaign.form} />
          <div className="choices" role="group" aria-label="Decide">
            {values.map((v, n) => (
              <button
                key={v}
                type="button"
                className="choice"
                aria-keyshortcuts={classKeys(n, values)[0] && aria(classKeys(n, values)[0]!)}
                onClick={() => decide(v)}
              >
                {classKeys(n, values)[0] && classKeys(n, values)[0] !== v && <Kbd k={classKeys(n, values)[0]!} />} {brief(campaign.form, stored(campaign.form, v))}
              </button>
            ))}
          </div>
          <p className="hints">
            <label>
              <input type="checkbox" checked={gold} onChange={() => setGold(!gold)} /> <Kbd k="o" /> also a gold question
            </label>
            <button type="button" className="plain" onClick={() => leave([...gone, now.id])}>
              <Kbd k=" " /> later
            </button>
            <button type="button" className="plain" onClick={undo}>
              <Kbd k="Backspace" /> take back
            </button>
          </p>
        </>
      ) : (
        <div className="empty">
          <p>{found.value.total ? "That is all for now." : "Nobody disagrees with anybody."}</p>
          <button type="button" onClick={() => (leave([]), found.again())}>
            Look again
          </button>
        </div>
      )}
    </div>
  );
}

/** The answers that were given, the one that counts first; then the other classes, where there are few. */
function offered(d: Disagreement, form: Form): string[] {
  const given = [d.agreed, ...d.answers.map((a) => a.value)].filter(Boolean);
  const more = form.kind === "class" ? form.classes.slice(0, 20) : [];
  return [...new Set([...given, ...more])];
}

function Answers({ item, form }: { item: Disagreement; form: Form }): ReactNode {
  return (
    <ul className="said">
      {item.answers.map((a, n) => (
        <li key={n} className="card">
          <h2>{a.who}</h2>
          <p>
            <b>{brief(form, stored(form, a.value))}</b>
          </p>
          <p className="small">
            {new Date(a.at * 1000).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" })}
            {a.counts ? "" : " · came late, does not count"}
          </p>
        </li>
      ))}
      {item.guesses?.map((g) => (
        <li key={g.label} className="card">
          <h2>the model</h2>
          <p>
            <b>{g.label}</b> <span className="small">{Math.round(100 * g.p)} % sure</span>
          </p>
        </li>
      ))}
    </ul>
  );
}
