/** The server's shapes by their names. */
import type { components } from "../../../clients/typescript/src/schema";

type Schemas = components["schemas"];

export type Me = Schemas["Me"];
export type Summary = Schemas["Summary"];
export type Campaign = Omit<Schemas["Campaign"], "form"> & { form: Form };
export type Content = Schemas["Content"];
export type Peaks = Schemas["Peaks"];
export type Guess = Schemas["Guess"];
export type Task = Schemas["Task"];
export type Queue = Schemas["Queue"];
export type Answer = Schemas["Answer"];
export type Skip = Schemas["Skip"];
export type Receipt = Schemas["Receipt"];
export type Undone = Schemas["Undone"];
export type Past = Schemas["Past"];
export type Neighbour = Schemas["Neighbour"];
export type Grid = Schemas["Grid"];
export type Points = Schemas["Points"];
export type Disagreement = Schemas["Disagreement"];
export type Disagreements = Schemas["Disagreements"];
export type Dashboard = Schemas["Dashboard"];
export type Curve = Schemas["Curve"];
export type Member = Schemas["Member"];
export type Aggregate = Schemas["Campaign"]["aggregate"];

/** What `form()` of each kind of label says (src/askance/labels). */
export type Form =
  | { kind: "class"; classes: string[]; open: boolean }
  | { kind: "classes"; classes: string[]; least: number; most: number }
  | { kind: "number"; low: number | null; high: number | null; unit: string }
  | { kind: "rating"; low: number; high: number }
  | { kind: "text"; longest: number; empty: boolean }
  | { kind: "spans"; classes: string[]; overlapping: boolean }
  | { kind: "segments"; classes: string[]; overlapping: boolean }
  | { kind: "boxes"; classes: string[]; turned: boolean }
  | { kind: "polygons"; classes: string[] }
  | { kind: "keypoints"; classes: string[]; points: string[] }
  | { kind: "mask"; classes: string[] }
  | { kind: "preference"; ties: boolean };

export type FormOf<K extends Form["kind"]> = Extract<Form, { kind: K }>;

/** What is answered, before it is JSON. */
export type Value = unknown;
