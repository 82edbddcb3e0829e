/** How it goes: the learning curve, the people, the classes, what is left, and whether to stop. */
import { useEffect, useState, type ReactNode } from "react";
import { call } from "../api/client";
import { listen } from "../api/live";
import type { Curve, Dashboard as Board } from "../api/types";
import { useLoaded } from "../parts/loaded";
import { Trouble } from "../parts/trouble";
import { Calibration, Plot } from "./plot";
import type { Inner } from "./inside";

const AGAIN = 60_000; // ms
const CALM = 1000; // ms between what is told and what is fetched, so that many answers are one look

export default function Dashboard({ campaign, changed }: Inner): ReactNode {
  const path = { campaign: campaign.id };
  const found = useLoaded(async (signal) => {
    const [board, now] = await Promise.all([
      call("get", "/api/v1/campaigns/{campaign}/dashboard", { path, signal }),
      call("get", "/api/v1/campaigns/{campaign}", { path, signal }),
    ]);
    if (!signal.aborted) changed(now as unknown as Inner["campaign"]);
    return board;
  }, [campaign.id]);
  const again = found.again;
  useEffect(() => kept(campaign.id, again), [campaign.id, again]);
  if (found.error && !found.value) return <Trouble error={found.error} retry={found.again} />;
  if (!found.value) return <p className="small">Loading …</p>;
  const board = found.value;
  return (
    <div className="board">
      <Tiles campaign={campaign} board={board} />
      <section className="wide">
        <h2>Learning curve</h2>
        {board.curve ? <Learning curve={board.curve} random={board.random} /> : <p className="small">Nothing is measured yet.</p>}
        <p>{board.forecast}</p>
      </section>
      <Numbers campaign={campaign} board={board} changed={changed} />
      <section>
        <h2>When to stop</h2>
        <ul>
          {board.verdicts.map((v) => (
            <li key={v.rule} className="verdict">
              <b className={v.stop ? "verdict-stop" : ""}>{v.stop ? "stop" : "go on"}</b> <code>{v.rule}</code>
              <span className="small">{v.why}</span>
            </li>
          ))}
          {!board.verdicts.length && <li className="small">No rule has had its say before the first round.</li>}
        </ul>
      </section>
      <Balance balance={board.balance} />
      <section>
        <h2>Calibration</h2>
        <Calibration found={board.calibration} />
      </section>
      <People board={board} />
    </div>
  );
}

/** What one comes for, in large. */
function Tiles({ campaign, board }: Pick<Inner, "campaign"> & { board: Board }): ReactNode {
  const last = board.curve?.points.at(-1);
  const stops = board.verdicts.filter((v) => v.stop).length;
  const anHour = board.people.reduce((sum, p) => sum + (p.per_hour ?? 0), 0);
  const { alpha, n } = board.agreement;
  return (
    <ul className="tiles wide" aria-label="At a glance">
      <Tile name="labelled" value={campaign.labels.toLocaleString("en")} more={`of ${(campaign.budget ?? campaign.samples).toLocaleString("en")}`} />
      <Tile name={board.curve?.metric ?? "measured"} value={last ? last.value.toFixed(3) : "—"} more={last ? `${last.low.toFixed(3)} to ${last.high.toFixed(3)}` : "nothing yet"} />
      <Tile name="answers an hour" value={anHour ? Math.round(anHour).toLocaleString("en") : "—"} more={board.people.length === 1 ? "one person" : `${board.people.length} people`} />
      <Tile name="agreement, α" value={alpha === null ? "—" : alpha.toFixed(2)} more={n ? `on ${n} samples` : "one answer each"} />
      <Tile name="advice" value={stops ? "stop?" : "go on"} more={`${stops} of ${board.verdicts.length} rules say stop`} />
    </ul>
  );
}

function Tile({ name, value, more }: { name: string; value: string; more: string }): ReactNode {
  return (
    <li>
      <span className="small">{name}</span>
      <b>{value}</b>
      <span className="small">{more}</span>
    </li>
  );
}

/** Fresh, while it is looked at. */
function kept(campaign: string, again: () => void): () => void {
  let soon: ReturnType<typeof setTimeout> | undefined;
  let first = true;
  const look = (): void => {
    clearTimeout(soon);
    soon = setTimeout(() => document.visibilityState === "visible" && again(), CALM);
  };
  const line = listen(campaign, () => {
    if (!first) look();
    first = false; // how it is now was just fetched
  });
  const timer = setInterval(() => (line.again(), look()), AGAIN);
  document.addEventListener("visibilitychange", look);
  return () => {
    line.close();
    clearTimeout(soon);
    clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
  };
}

function Learning({ curve, random }: { curve: Curve; random: Curve | null }): ReactNode {
  const last = curve.points.at(-1);
  const said = last && `${curve.metric} is ${last.value.toFixed(3)} (${last.low.toFixed(3)} to ${last.high.toFixed(3)}) with ${last.labels} labels`;
  return (
    <>
      <Plot curve={curve} random={random} said={said ?? curve.metric} />
      <p className="small">
        The band is the 95 % interval{random ? `, dashed: the random control, ${random.how}` : ""}.
      </p>
    </>
  );
}

function Numbers({ campaign, board, changed }: Pick<Inner, "campaign" | "changed"> & { board: Board }): ReactNode {
  const [said, say] = useState("");
  const { model } = campaign;
  const train = (): void =>
    void call("post", "/api/v1/campaigns/{campaign}/train", { path: { campaign: campaign.id } })
      .then(() => call("get", "/api/v1/campaigns/{campaign}", { path: { campaign: campaign.id } }))
      .then((c) => changed(c as unknown as Inner["campaign"]))
      .then(() => say("Asked for: a worker takes it up, and nobody waits for it."))
      .catch((e: unknown) => say(e instanceof Error ? e.message : String(e)));
  return (
    <section>
      <h2>Now</h2>
      <dl className="numbers">
        <dt>labelled</dt>
        <dd>
          {campaign.labels.toLocaleString("en")} of {campaign.samples.toLocaleString("en")}
        </dd>
        <dt>waiting</dt>
        <dd>{campaign.pending}</dd>
        <dt>skipped</dt>
        <dd>{campaign.skipped}</dd>
        <dt>flagged</dt>
        <dd>{board.flagged}</dd>
        <dt>model</dt>
        <dd>{model.version ? `version ${model.version}` : "none yet"}{model.training && ", learning now"}</dd>
        <dt>strategy</dt>
        <dd>
          <code>{campaign.strategy}</code>
        </dd>
      </dl>
      {model.error && (
        <p className="wrong" role="alert">
          The latest training failed: {model.error}
        </p>
      )}
      {campaign.role === "owner" && (
        <button type="button" onClick={train}>
          Train now
        </button>
      )}
      <p className="small" role="status">
        {said}
      </p>
    </section>
  );
}

function Balance({ balance }: { balance: Record<string, number> }): ReactNode {
  const all = Object.entries(balance);
  const most = Math.max(1, ...all.map(([, n]) => n));
  if (!all.length) return null;
  return (
    <section>
      <h2>Classes</h2>
      <ul className="bars">
        {all.map(([label, n]) => (
          <li key={label}>
            <span>{label}</span>
            <meter value={n} max={most} aria-label={`${label}: ${n}`} />
            <span>{n}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function People({ board }: { board: Board }): ReactNode {
  const { agreement } = board;
  const percent = (v: number | null): string => (v === null ? "—" : `${Math.round(100 * v)} %`);
  return (
    <section className="wide">
      <h2>People</h2>
      <div className="scroll" tabIndex={0} role="region" aria-label="People">
        <table>
          <thead>
            <tr>
              <th scope="col">who</th>
              <th scope="col">answers</th>
              <th scope="col">an hour</th>
              <th scope="col">median time</th>
              <th scope="col">gold questions right</th>
            </tr>
          </thead>
          <tbody>
            {board.people.map((p) => (
              <tr key={p.who}>
                <th scope="row">{p.who}</th>
                <td>{p.answers}</td>
                <td>{p.per_hour === null ? "—" : Math.round(p.per_hour)}</td>
                <td>{p.median_ms === null ? "—" : `${(p.median_ms / 1000).toFixed(1)} s`}</td>
                <td>{p.gold_n ? `${percent(p.gold)} of ${p.gold_n} (${percent(p.gold_low)} to ${percent(p.gold_high)})` : "—"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p>
        {agreement.n
          ? `${agreement.n} samples have several answers: all agree on ${percent(agreement.share)} of them, Krippendorff’s α (${agreement.distance}) is ${agreement.alpha === null ? "not defined" : agreement.alpha.toFixed(2)}.`
          : "No sample has answers of two people yet, so there is no agreement to measure."}
      </p>
      {(agreement.pairs ?? []).length > 0 && (
        <ul className="small">
          {(agreement.pairs ?? []).slice(0, 20).map((p) => (
            <li key={`${p.one} ${p.other}`}>
              {p.one} and {p.other}: alike by {percent(p.alike)} on {p.n} samples{p.kappa === null ? "" : `, Cohen’s κ ${p.kappa.toFixed(2)}`}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
