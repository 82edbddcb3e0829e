import type { ReactNode } from "react";
import type { Inner } from "./inside";

export default function Settings({ campaign }: Inner): ReactNode {
  return <p>{campaign.id}</p>;
}
