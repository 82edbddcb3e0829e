/** A recording: its outline, played by mouse or by keys; the keys work while something is typed beside it, too. */
import { useCallback, useEffect, useRef, useState, type PointerEvent, type ReactNode, type Ref, type RefObject } from "react";
import type { Content } from "../api/types";
import { Level, useKeys, type Binding } from "../keys";
import { setPrefs, usePrefs } from "../prefs";
import { Kbd } from "./kbd";
import { clock, following, peaksOf, WHOLE, zoomed, type View } from "./peaks";
import { Wave } from "./wave";

const STEP = 2; // seconds
const FINE = 0.1;
export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3];

/** A stretch of it, in seconds. */
export interface Stretch {
  start: number;
  end: number;
}

/** A stretch that is drawn over the outline. */
export interface Mark extends Stretch {
  label: string;
  colour: string;
  chosen: boolean;
}

/** What a kind of label may do with the player. */
export interface Handle {
  now(): number;
  seconds(): number;
  seek(to: number): void;
  /** Plays this stretch alone. */
  play(only: Stretch): void;
}

interface Props {
  content: Content;
  marks?: Mark[];
  selection?: Stretch | null;
  /** A stretch was drawn with the pointer; without it a drag only seeks. */
  select?(drawn: Stretch): void;
  handle?: RefObject<Handle | null>;
}

export function Player({ content, marks, selection, select, handle }: Props): ReactNode {
  const sound = useRef<HTMLAudioElement>(null);
  const { autoplay, speed } = usePrefs();
  const [seconds, setSeconds] = useState(content.seconds ?? 0);
  const [playing, setPlaying] = useState(false);
  const [said, say] = useState("");
  const stop = useRef<number | null>(null);
  const line = useRef<HTMLDivElement>(null);
  const shown = useRef(WHOLE); // what the frames between two drawings go by
  const [at, setAt] = useState(0);
  const [asked, look] = useState(WHOLE);
  const share = seconds > 0 ? at / seconds : 0;
  const view = following(asked, share);
  useEffect(() => look(view), [view.from, view.zoom]);

  const seek = useCallback((to: number): void => {
    const audio = sound.current;
    if (!audio) return;
    audio.currentTime = Math.min(Math.max(0, to), audio.duration || seconds);
    setAt(audio.currentTime);
  }, [seconds]);
  const start = (): void => void sound.current?.play().catch((e: Error) => e.name === "NotAllowedError" || e.name === "AbortError" || say(UNPLAYED));
  const toggle = (): void => {
    const audio = sound.current;
    if (!audio) return;
    stop.current = null;
    if (!audio.paused) audio.pause();
    else {
      if (audio.ended || audio.currentTime >= audio.duration - 0.01) seek(0);
      start();
    }
  };
  useHandle(handle, sound, seconds, seek, (only) => {
    seek(only.start);
    stop.current = only.end;
    start();
  });
  useEffect(() => {
    if (sound.current) sound.current.playbackRate = speed;
  }, [speed]);
  useEffect(() => {
    if (autoplay) start();
  }, []);
  useEffect(() => {
    if (!playing) return;
    const step = (): void => {
      const audio = sound.current;
      if (!audio) return;
      if (stop.current !== null && audio.currentTime >= stop.current) {
        audio.pause();
        stop.current = null;
      }
      if (line.current) line.current.style.insetInlineStart = `${percent(audio.currentTime, seconds, shown.current)}%`;
      frame = requestAnimationFrame(step);
    };
    let frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [playing, seconds]);

  shown.current = view;
  const zoom = (by: number) => () => look(zoomed(view, by, share, seconds));
  const wind = (by: number) => () => seek((sound.current?.currentTime ?? 0) + by);
  const faster = (step: 1 | -1) => () => setPrefs({ speed: nextSpeed(speed, step) });
  useKeys(bindings({ toggle, wind, faster, seek, zoom, whole: () => look(WHOLE), autoplay }), Level.part);
  return (
    <div className="player">
      <audio
        ref={sound}
        src={content.audio ?? ""}
        preload="auto"
        onLoadedMetadata={(e) => {
          e.currentTarget.playbackRate = speed;
          if (Number.isFinite(e.currentTarget.duration)) setSeconds(e.currentTarget.duration);
        }}
        onTimeUpdate={(e) => setAt(e.currentTarget.currentTime)}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onError={() => say(UNPLAYED)}
      />
      <Track content={content} view={view} seconds={seconds} at={at} line={line} marks={marks ?? []} selection={selection ?? null} select={select} seek={seek} />
      <div className="tools">
        <button type="button" onClick={toggle} aria-keyshortcuts="Space Control+Space">
          <Kbd k=" " /> {playing ? "pause" : "play"}
        </button>
        <span className="small when">
          {clock(at)} of {clock(seconds)}
        </span>
        <label className="small">
          speed{" "}
          <select value={speed} onChange={(e) => setPrefs({ speed: Number(e.target.value) })}>
            {SPEEDS.map((s) => (
              <option key={s} value={s}>
                {s}×
              </option>
            ))}
          </select>
        </label>
        <span className="small">
          <button type="button" className="plain" aria-label="zoom out" aria-keyshortcuts="-" onClick={zoom(1 / 2)} disabled={view.zoom === 1}>
            −
          </button>{" "}
          {view.zoom === 1 ? "all of it" : `${Number(view.zoom.toFixed(1))}× as near`}{" "}
          <button type="button" className="plain" aria-label="zoom in" aria-keyshortcuts="+" onClick={zoom(2)}>
            +
          </button>
        </span>
        <label className="small">
          <input type="checkbox" checked={autoplay} onChange={(e) => setPrefs({ autoplay: e.target.checked })} /> play each at once
        </label>
      </div>
      {said && (
        <p className="trouble-line" role="status">
          {said}
        </p>
      )}
    </div>
  );
}

const UNPLAYED = "This browser cannot play the recording; skip it, and tell the owner of the campaign.";

interface TrackProps {
  content: Content;
  view: View;
  seconds: number;
  at: number;
  line: Ref<HTMLDivElement>;
  marks: Mark[];
  selection: Stretch | null;
  select: ((drawn: Stretch) => void) | undefined;
  seek(to: number): void;
}

/** The outline with the marks on it: a click seeks, a drag draws a stretch. */
function Track({ content, view, seconds, at, line, marks, selection, select, seek }: TrackProps): ReactNode {
  const from = useRef<number | null>(null);
  const time = (e: PointerEvent<HTMLElement>): number => {
    const box = e.currentTarget.getBoundingClientRect();
    const there = Math.min(1, Math.max(0, (e.clientX - box.left) / box.width));
    return (view.from + there / view.zoom) * seconds;
  };
  const drawn = (e: PointerEvent<HTMLElement>): Stretch | null => {
    const [a, b] = [from.current ?? 0, time(e)];
    return Math.abs(b - a) > (seconds / view.zoom) * LEAST ? { start: Math.min(a, b), end: Math.max(a, b) } : null;
  };
  return (
    <div
      className="track"
      role="slider"
      tabIndex={0}
      aria-label={`${content.name}: where it plays`}
      aria-valuemin={0}
      aria-valuemax={Number(seconds.toFixed(1))}
      aria-valuenow={Number(at.toFixed(1))}
      aria-valuetext={`${clock(at)} of ${clock(seconds)}`}
      onPointerDown={(e) => {
        e.currentTarget.setPointerCapture(e.pointerId);
        from.current = time(e);
        if (!select) seek(time(e));
      }}
      onPointerMove={(e) => {
        if (from.current === null) return;
        const stretch = drawn(e);
        if (!select) seek(time(e));
        else if (stretch) select(stretch);
      }}
      onPointerUp={(e) => {
        if (from.current !== null) seek(select ? (drawn(e)?.start ?? time(e)) : time(e));
        from.current = null;
      }}
    >
      <Wave content={content} view={view} />
      {selection && <div className="selection" style={placed(selection, seconds, view)} />}
      {marks.map((m, n) => (
        <div key={n} className="mark" data-chosen={m.chosen} style={{ ...placed(m, seconds, view), borderColor: m.colour }}>
          <span style={{ color: m.colour }}>{m.label}</span>
        </div>
      ))}
      <div ref={line} className="playhead" style={{ insetInlineStart: `${percent(at, seconds, view)}%` }} />
    </div>
  );
}

const LEAST = 0.004; // of what is seen: a shorter drag is a click

/** Of the view; beyond 0 and 100 for what is not in it. */
function percent(at: number, seconds: number, view: View): number {
  return seconds > 0 ? 100 * (Math.min(1, at / seconds) - view.from) * view.zoom : 0;
}

function placed({ start, end }: Stretch, seconds: number, view: View): { insetInlineStart: string; width: string } {
  const [a, b] = [percent(start, seconds, view), percent(end, seconds, view)];
  return { insetInlineStart: `${a}%`, width: `${b - a}%` };
}

function useHandle(
  handle: RefObject<Handle | null> | undefined,
  sound: RefObject<HTMLAudioElement | null>,
  seconds: number,
  seek: (to: number) => void,
  play: (only: Stretch) => void,
): void {
  useEffect(() => {
    if (!handle) return;
    handle.current = { now: () => sound.current?.currentTime ?? 0, seconds: () => seconds, seek, play };
    return () => void (handle.current = null);
  });
}

export function nextSpeed(now: number, step: 1 | -1): number {
  const at = SPEEDS.indexOf(now);
  return SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, (at < 0 ? SPEEDS.indexOf(1) : at) + step))]!;
}

interface Acting {
  toggle(): void;
  wind(by: number): () => void;
  faster(step: 1 | -1): () => void;
  seek(to: number): void;
  zoom(by: number): () => void;
  whole(): void;
  autoplay: boolean;
}

/** Those with Ctrl also while a field has the focus: a transcript is typed without leaving it. */
function bindings({ toggle, wind, faster, seek, zoom, whole, autoplay }: Acting): Binding[] {
  return [
    { id: "play", keys: [" "], label: "play, pause", run: toggle },
    { id: "play-typing", keys: ["Ctrl+ "], label: "play, pause, also while typing", run: toggle, inField: true },
    { id: "wind-back", keys: ["ArrowLeft"], label: `${STEP} seconds back`, run: wind(-STEP), repeat: true },
    { id: "wind-on", keys: ["ArrowRight"], label: `${STEP} seconds on`, run: wind(STEP), repeat: true },
    { id: "back-typing", keys: ["Ctrl+,"], label: `${STEP} seconds back, also while typing`, run: wind(-STEP), inField: true, repeat: true },
    { id: "on-typing", keys: ["Ctrl+."], label: `${STEP} seconds on, also while typing`, run: wind(STEP), inField: true, repeat: true },
    { id: "fine-back", keys: ["Shift+ArrowLeft"], label: "a tenth of a second back", run: wind(-FINE), repeat: true },
    { id: "fine-on", keys: ["Shift+ArrowRight"], label: "a tenth of a second on", run: wind(FINE), repeat: true },
    { id: "from-start", keys: ["Home"], label: "to the beginning", run: () => seek(0) },
    { id: "closer", keys: ["+"], label: "zoom in", run: zoom(2) },
    { id: "farther", keys: ["-"], label: "zoom out", run: zoom(1 / 2) },
    { id: "whole", keys: ["*"], label: "all of it", run: whole },
    { id: "slower", keys: ["["], label: "slower", run: faster(-1) },
    { id: "faster", keys: ["]"], label: "faster", run: faster(1) },
    { id: "autoplay", keys: ["a"], label: "play each at once, or not", run: () => setPrefs({ autoplay: !autoplay }) },
  ];
}

/** What comes next is fetched before its turn, out of sight. */
export function Ahead({ content }: { content: Content }): ReactNode {
  useEffect(() => void peaksOf(content).catch(() => undefined), [content.audio]);
  return <audio src={content.audio ?? ""} preload="auto" />;
}

/** A button that plays a recording in a list; one at a time. */
export function Hear({ content }: { content: Content }): ReactNode {
  const [playing, set] = useState(false);
  const sound = useRef<HTMLAudioElement>(null);
  const long = content.seconds ? clock(content.seconds) : "";
  const press = (): void => {
    const audio = sound.current!;
    if (!audio.paused) return audio.pause();
    heard?.pause();
    heard = audio;
    audio.currentTime = 0;
    void audio.play().catch(() => set(false));
  };
  return (
    <>
      <audio ref={sound} src={content.audio ?? ""} preload="none" onPlay={() => set(true)} onPause={() => set(false)} />
      <button type="button" className="plain hear" aria-label={`${playing ? "stop" : "play"} ${content.name}, ${long}`} onClick={press}>
        <span aria-hidden="true">{playing ? "■" : "▶"}</span> {long}
      </button>
    </>
  );
}

let heard: HTMLAudioElement | null = null;
