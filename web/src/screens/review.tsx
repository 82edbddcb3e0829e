import type { ReactNode } from "react";
import type { Inner } from "./inside";

export default function Review({ campaign }: Inner): ReactNode {
  return <p>{campaign.id}</p>;
}
