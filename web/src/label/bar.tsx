/** The bar above: how far it is, whether all is saved, how fast it goes. */
import { useSyncExternalStore, type ReactNode } from "react";
import type { Campaign } from "../api/types";
import { perHour, type Queue, type State } from "../engine/queue";
import type { Outbox } from "../engine/outbox";
import { Link } from "../parts/link";
import { Menu } from "../screens/inside";

interface Props {
  campaign: Campaign;
  queue: Queue;
  state: State;
  ask(what: "help" | "refused"): void;
}

export function Bar({ campaign, queue, state, ask }: Props): ReactNode {
  const total = campaign.budget ?? campaign.samples;
  const labels = Math.max(state.labels, state.loaded ? 0 : campaign.labels);
  const pace = perHour(state.pace);
  return (
    <header className="bar">
      <Link to="/" className="brand">
        Askance
      </Link>
      <h1>{campaign.id}</h1>
      <span className="small round">round {Math.max(state.open[0]?.task.round ?? 0, campaign.model.version)}</span>
      <progress value={labels} max={total || 1} aria-label={`${labels} of ${total} labelled`} />
      <span className="small count">
        {labels.toLocaleString("en")} / {total.toLocaleString("en")}
      </span>
      <Saved outbox={queue.outbox} ask={ask} />
      <span className="small pace">{pace === null ? "" : `${pace.toLocaleString("en")} / h`}</span>
      <Menu campaign={campaign} screen="label" />
      <button type="button" className="plain" onClick={() => ask("help")} aria-label="All keys" aria-keyshortcuts="?">
        ?
      </button>
    </header>
  );
}

function Saved({ outbox, ask }: { outbox: Outbox; ask(what: "refused"): void }): ReactNode {
  useSyncExternalStore(outbox.subscribe, outbox.snapshot);
  const n = outbox.unsent;
  return (
    <span className="saved" role="status">
      {n === 0 && <span className="ok">saved ✓</span>}
      {n > 0 && (
        <button type="button" className="badge" title={outbox.trouble} onClick={() => void outbox.retry()}>
          {n} unsent
        </button>
      )}
      {n > 0 && outbox.trouble && <span className="notice">{advice(outbox)}</span>}
      {outbox.refused.length > 0 && (
        <button type="button" className="badge bad" onClick={() => ask("refused")}>
          {outbox.refused.length} not accepted
        </button>
      )}
    </span>
  );
}

function advice(outbox: Outbox): ReactNode {
  if (!outbox.durable) return "This browser keeps nothing: leave the page open until all is sent.";
  if (!outbox.needsSignIn) return "Offline: what you answer is kept in this browser, and sent when the server answers.";
  return (
    <>
      You are signed out. What you answer is kept in this browser:{" "}
      <a href="/" target="_blank" rel="noopener">
        sign in again
      </a>
    </>
  );
}
