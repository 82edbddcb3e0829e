/** What a person sets for themselves, and what an owner sets for all. */
import { useState, type FormEvent, type ReactNode } from "react";
import { call } from "../api/client";
import type { Aggregate, Member } from "../api/types";
import { useLoaded } from "../parts/loaded";
import { setPrefs, usePrefs, type Prefs } from "../prefs";
import type { Inner } from "./inside";

export default function Settings(given: Inner): ReactNode {
  return (
    <div className="board">
      <Own />
      {given.campaign.role === "owner" && <Owned {...given} />}
      {given.campaign.role === "owner" && <Several {...given} />}
      {given.campaign.role === "owner" && !given.me.local && <Members {...given} />}
      {given.campaign.role !== "annotator" && <Export {...given} />}
    </div>
  );
}

function Own(): ReactNode {
  const prefs = usePrefs();
  const flag = (name: "strict" | "why" | "past" | "shortcuts", what: string): ReactNode => (
    <label className="flag">
      <input type="checkbox" checked={prefs[name]} onChange={(e) => setPrefs({ [name]: e.target.checked })} /> {what}
    </label>
  );
  return (
    <section>
      <h2>For you, in this browser</h2>
      <label>
        Colours
        <select value={prefs.theme} onChange={(e) => setPrefs({ theme: e.target.value as Prefs["theme"] })}>
          <option value="system">as the system has them</option>
          <option value="light">light</option>
          <option value="dark">dark</option>
        </select>
      </label>
      {flag("why", "show why an item is asked about")}
      {flag("past", "show my latest answers")}
      {flag("shortcuts", "show the keys below the question")}
      {flag("strict", "strict order: fetch one question at a time, always the best by the newest model")}
      <p className="small">Other keys are set in the list that ? opens on the labelling screen.</p>
    </section>
  );
}

function Owned({ campaign, changed }: Inner): ReactNode {
  const [guide, write] = useState(campaign.guide);
  const [blind, hide] = useState(campaign.blind);
  const [said, say] = useState("");
  const save = (): void =>
    void call("patch", "/api/v1/campaigns/{campaign}", { path: { campaign: campaign.id }, body: { guide, blind } })
      .then((c) => changed(c as unknown as Inner["campaign"]))
      .then(() => say("Saved"))
      .catch((e: unknown) => say(e instanceof Error ? e.message : String(e)));
  return (
    <section>
      <h2>For everybody</h2>
      <label>
        Guideline, in plain text
        <textarea rows={8} maxLength={50_000} value={guide} onChange={(e) => write(e.target.value)} />
      </label>
      <label className="flag">
        <input type="checkbox" checked={blind} onChange={(e) => hide(e.target.checked)} /> hide what the model thinks until
        somebody asks for it, so that it does not lead them
      </label>
      <button type="button" className="main" onClick={save}>
        Save
      </button>
      <p className="small" role="status">
        {said}
      </p>
    </section>
  );
}

const COUNTS: [Aggregate, string][] = [
  ["majority", "what most say"],
  ["dawid_skene", "what Dawid and Skene’s model of everybody’s errors says"],
  ["first", "the first answer"],
];

/** How several people work on it; it holds from the next questions on. */
function Several({ campaign, changed }: Inner): ReactNode {
  const { overlap, aggregate, gold_feedback, control } = campaign;
  const [now, set] = useState({ overlap, aggregate, gold: campaign.gold ?? 0, gold_feedback, control });
  const [said, say] = useState("");
  const number = (name: "overlap" | "control", least: number, most: number): ReactNode => (
    <input type="number" min={least} max={most} required value={now[name]} onChange={(e) => set({ ...now, [name]: e.target.valueAsNumber })} />
  );
  const save = (e: FormEvent): void => {
    e.preventDefault();
    call("patch", "/api/v1/campaigns/{campaign}", { path: { campaign: campaign.id }, body: now })
      .then((c) => changed(c as unknown as Inner["campaign"]))
      .then(() => say("Saved; it holds for the next questions"))
      .catch((e: unknown) => say(e instanceof Error ? e.message : String(e)));
  };
  return (
    <section>
      <h2>Several people</h2>
      <form onSubmit={save}>
        <label>People who are asked each question {number("overlap", 1, 999)}</label>
        <label>
          Of several answers, what counts is
          <select value={now.aggregate} onChange={(e) => set({ ...now, aggregate: e.target.value as Aggregate })}>
            {COUNTS.map(([name, what]) => (
              <option key={name} value={name}>
                {what}
              </option>
            ))}
          </select>
        </label>
        <label>
          Gold questions, whose answer is known, in a hundred
          <input type="number" min={0} max={99} step="any" required value={Math.round(1000 * now.gold) / 10} onChange={(e) => set({ ...now, gold: e.target.valueAsNumber / 100 })} />
        </label>
        <label className="flag">
          <input type="checkbox" checked={now.gold_feedback} onChange={(e) => set({ ...now, gold_feedback: e.target.checked })} /> tell
          people at once how they did on one
        </label>
        <label>Folds of the random control, 0 for none {number("control", 0, 100)}</label>
        <button type="submit" className="main">
          Save
        </button>
      </form>
      <p className="small" role="status">
        {said}
      </p>
    </section>
  );
}

function Members({ campaign }: Inner): ReactNode {
  const path = { campaign: campaign.id };
  const found = useLoaded((signal) => call("get", "/api/v1/campaigns/{campaign}/members", { path, signal }), [campaign.id]);
  const [role, choose] = useState<Member["role"]>("annotator");
  const [link, show] = useState("");
  const [said, say] = useState("");
  const failed = (e: unknown): void => say(e instanceof Error ? e.message : String(e));
  const invite = (): void =>
    void call("post", "/api/v1/campaigns/{campaign}/invitations", { path, body: { campaign: campaign.id, role, days: 7 } })
      .then((i) => show(`${location.origin}/join?token=${encodeURIComponent(i.token)}`))
      .catch(failed);
  const out = (name: string): void =>
    void call("delete", "/api/v1/campaigns/{campaign}/members/{name}", { path: { ...path, name } })
      .then(found.again)
      .catch(failed);
  return (
    <section>
      <h2>People</h2>
      <ul>
        {found.value?.map((m) => (
          <li key={m.name}>
            {m.name}, {m.role}{" "}
            <button type="button" className="plain" onClick={() => out(m.name)}>
              let {m.name} out
            </button>
          </li>
        ))}
      </ul>
      <label>
        Invite somebody as
        <select value={role} onChange={(e) => choose(e.target.value as Member["role"])}>
          <option>annotator</option>
          <option>reviewer</option>
          <option>owner</option>
        </select>
      </label>
      <button type="button" onClick={invite}>
        Make an invitation
      </button>
      {link && (
        <p>
          <input readOnly value={link} aria-label="Invitation" onFocus={(e) => e.target.select()} />
          <span className="small">It lets one person in, within seven days, and is shown this once.</span>
        </p>
      )}
      <p className="small" role="status">
        {said}
      </p>
    </section>
  );
}

function Export({ campaign }: Inner): ReactNode {
  const at = `/api/v1/campaigns/${encodeURIComponent(campaign.id)}/export`;
  return (
    <section>
      <h2>Labels</h2>
      <p>
        Download as{" "}
        {["csv", "jsonl", "parquet"].map((f) => (
          <a key={f} className="download" href={`${at}?format=${f}`} download>
            {f}
          </a>
        ))}
      </p>
    </section>
  );
}
