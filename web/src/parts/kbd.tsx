/** A key, as it is written on a button. */
import type { ReactNode } from "react";
import { shown } from "../keys";

export function Kbd({ k }: { k: string }): ReactNode {
  return <kbd aria-hidden="true">{shown(k)}</kbd>;
}
