import type { ReactNode } from "react";
import type { Inner } from "./inside";

export default function Dashboard({ campaign }: Inner): ReactNode {
  return <p>{campaign.id}</p>;
}
