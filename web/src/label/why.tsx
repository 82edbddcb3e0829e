/** Why this one is asked about: what the strategy said, what the model thinks, what is like it. */
import type { ReactNode } from "react";
import { call } from "../api/client";
import type { Neighbour, Task } from "../api/types";
import { Hear } from "../parts/audio";
import { Shown } from "../parts/content";
import { useLoaded } from "../parts/loaded";

const PAUSE = 250; // ms that a question must stay before its neighbours are fetched

interface Props {
  campaign: string;
  task: Task;
  revealed: boolean;
  reveal(): void;
}

export function Why({ campaign, task, revealed, reveal }: Props): ReactNode {
  return (
    <aside className="why" aria-label="Why this one">
      <h2>Why this one</h2>
      {task.why ? <p>{task.why}</p> : <p className="small">You opened it again yourself.</p>}
      {task.rank > 0 && (
        <dl>
          {task.round >= 0 && (
            <>
              <dt>rank</dt>
              <dd>
                {task.rank} of round {task.round}
              </dd>
              {task.utility > 0 && <dt>utility</dt>}
              {task.utility > 0 && <dd>{Number(task.utility.toPrecision(3))}</dd>}
            </>
          )}
          <dt>model</dt>
          <dd>{task.model ? `version ${task.model}` : "none yet"}</dd>
        </dl>
      )}
      {revealed ? <Guesses task={task} /> : task.model > 0 && <Hidden reveal={reveal} />}
      <Alike campaign={campaign} id={task.id} model={task.model} revealed={revealed} />
    </aside>
  );
}

function Hidden({ reveal }: { reveal(): void }): ReactNode {
  return (
    <p className="small">
      What the model thinks is hidden, so that it does not lead you.{" "}
      <button type="button" className="plain" aria-keyshortcuts="s" onClick={reveal}>
        Show it
      </button>
    </p>
  );
}

function Guesses({ task }: { task: Task }): ReactNode {
  if (!task.guesses.length) return null;
  return (
    <>
      <h3>The model’s guesses</h3>
      <ul className="guesses">
        {task.guesses.map((g) => (
          <li key={g.label}>
            <span>{g.label}</span>
            <meter value={g.p} min={0} max={1} aria-label={g.label} />
            <span>{Math.round(100 * g.p)} %</span>
          </li>
        ))}
      </ul>
    </>
  );
}

interface AlikeProps {
  campaign: string;
  id: string;
  model: number;
  revealed: boolean;
}

/** Their labels are as good as a suggestion, so they are hidden with it. */
function Alike({ campaign, id, model, revealed }: AlikeProps): ReactNode {
  const near = useLoaded(async (signal) => (model ? neighbours(campaign, id, signal) : []), [campaign, id, model]);
  if (!near.value?.length) return null;
  return (
    <>
      <h3>Labelled ones most like it</h3>
      <ul className="alike">
        {near.value.map((n) => (
          <li key={n.id}>
            <Shown content={n.content} small />
            {n.content.kind === "audio" && <Hear content={n.content} />}
            <b>{revealed ? n.label : "label hidden"}</b>
          </li>
        ))}
      </ul>
    </>
  );
}

async function neighbours(campaign: string, sample: string, signal: AbortSignal): Promise<Neighbour[]> {
  await new Promise((done) => setTimeout(done, PAUSE));
  if (signal.aborted) return [];
  const path = { campaign, sample };
  const found = await call("get", "/api/v1/campaigns/{campaign}/samples/{sample}/neighbours", { path, signal });
  return found.labelled;
}
