/** The component of each kind of label. */
import type { ComponentType } from "react";
import type { Form } from "../api/types";
import type { KindProps } from "./kind";
import { Single } from "./single";

type Kinds = { [K in Form["kind"]]: ComponentType<KindProps<K>> };

const Later = (): null => null;

/** Each with its own form: which one is called is told by the form's kind. */
export const KIND = {
  class: Single,
  classes: Later,
  number: Later,
  rating: Later,
  text: Later,
  spans: Later,
  boxes: Later,
  polygons: Later,
  keypoints: Later,
  mask: Later,
  preference: Later,
} satisfies Kinds as unknown as Record<Form["kind"], ComponentType<KindProps<never>>>;

/** Those that draw on the sample themselves. */
export const SPATIAL = new Set<Form["kind"]>(["spans", "boxes", "polygons", "keypoints", "mask", "preference"]);
