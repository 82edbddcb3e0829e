/** The component of each kind of label. */
import type { ComponentType } from "react";
import type { Form } from "../api/types";
import type { KindProps } from "./kind";
import { Boxes } from "./boxes";
import { Free } from "./free";
import { Keypoints } from "./keypoints";
import { Mask } from "./mask";
import { Numeric } from "./number";
import { Polygons } from "./polygons";
import { Preferred } from "./preference";
import { Rating } from "./rating";
import { Segments } from "./segments";
import { Several } from "./several";
import { Single } from "./single";
import { Spans } from "./spans";

type Kinds = { [K in Form["kind"]]: ComponentType<KindProps<K>> };

/** Each with its own form: which one is called is told by the form's kind. */
export const KIND = {
  class: Single,
  classes: Several,
  number: Numeric,
  rating: Rating,
  text: Free,
  spans: Spans,
  segments: Segments,
  boxes: Boxes,
  polygons: Polygons,
  keypoints: Keypoints,
  mask: Mask,
  preference: Preferred,
} satisfies Kinds as unknown as Record<Form["kind"], ComponentType<KindProps<never>>>;

/** Those that draw on the sample themselves. */
export const SPATIAL = new Set<Form["kind"]>(["spans", "segments", "boxes", "polygons", "keypoints", "mask", "preference"]);
