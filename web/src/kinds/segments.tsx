/** Stretches of a recording: a drag or two keys choose one, a class's key names it, enter is the answer. */
import { useRef, useState, type ReactNode } from "react";
import type { Binding } from "../keys";
import { Player, type Handle, type Mark, type Stretch } from "../parts/audio";
import { useDraft } from "../parts/draft";
import { clock } from "../parts/peaks";
import { Choices } from "./choices";
import { Done } from "./done";
import { colour, type KindProps } from "./kind";
import { neighbour, withSegment, type Segment } from "./stretches";

export function Segments({ form, content, earlier, draft, commit, say }: KindProps<"segments">): ReactNode {
  const player = useRef<Handle>(null);
  const [segments, set] = useDraft<Segment[]>(draft, Array.isArray(earlier) ? (earlier as Segment[]) : []);
  const [selection, select] = useState<Stretch | null>(null);
  const [chosen, choose] = useState(-1);
  const now = (): number => player.current?.now() ?? 0;
  const drawn = (stretch: Stretch): void => {
    select(stretch);
    choose(-1);
  };
  const begin = (): void => drawn({ start: now(), end: Math.max(selection?.end ?? 0, now()) });
  const finish = (): void => drawn({ start: Math.min(selection?.start ?? 0, now()), end: now() });
  const name = (label: string): void => {
    const old = segments[chosen];
    if (selection && selection.end > selection.start) {
      set(withSegment(segments, { ...selection, label }, form.overlapping));
      select(null);
    } else if (old) set(withSegment(segments.filter((s) => s !== old), { ...old, label }, form.overlapping));
    else say("Choose a stretch first: drag over the outline, or i where it begins and o where it ends");
  };
  const cycle = (step: 1 | -1): void => {
    const next = neighbour(segments, chosen, step);
    choose(next);
    select(null);
    if (next >= 0) player.current?.seek(segments[next]!.start);
  };
  const remove = (): void => {
    if (selection) select(null);
    else if (segments[chosen]) {
      set(segments.filter((_, n) => n !== chosen));
      choose(-1);
    } else say("No segment is chosen: , and . go from one to the next");
  };
  const hear = (): void => {
    const only = selection ?? segments[chosen];
    if (only) player.current?.play(only);
  };
  const extra: Binding[] = [
    { id: "begin", keys: ["i"], label: "a segment begins here", run: begin },
    { id: "finish", keys: ["o"], label: "it ends here", run: finish },
    { id: "hear", keys: ["p"], label: "play what is chosen", run: hear },
    { id: "next-segment", keys: ["."], label: "next segment", run: () => cycle(1) },
    { id: "last-segment", keys: [","], label: "segment before", run: () => cycle(-1) },
    { id: "remove", keys: ["x", "Delete"], label: "remove what is chosen", run: remove },
    { id: "commit", keys: ["Enter"], label: "answer with these segments", run: () => commit(segments) },
  ];
  const marks: Mark[] = segments.map((s, n) => ({ ...s, colour: colour(form.classes, s.label), chosen: n === chosen }));
  return (
    <>
      <section className="stage" aria-label="The question">
        <Player content={content} marks={marks} selection={selection} select={drawn} handle={player} />
      </section>
      <p className="small chosen-stretch" role="status">
        {selection ? `${clock(selection.start)} to ${clock(selection.end)}: a class’s key names it` : listed(segments, chosen)}
      </p>
      <Choices classes={form.classes} chosen={[]} suggestion={null} verb="name it" pick={name} extra={extra}>
        <Done done={() => commit(segments)} what={segments.length ? `answer with ${segments.length}` : "nothing heard"} />
      </Choices>
      <p className="hints small">drag, or i and o · a class’s key names · , . segments · p plays it · x removes</p>
    </>
  );
}

function listed(segments: Segment[], chosen: number): string {
  const one = segments[chosen];
  if (one) return `${one.label}, ${clock(one.start)} to ${clock(one.end)}`;
  return segments.length ? `${segments.length} segments` : "no segments yet";
}
