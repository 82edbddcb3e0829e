/** One class: one key is the answer. */
import type { ReactNode } from "react";
import { Choices } from "./choices";
import type { KindProps } from "./kind";

export function Single({ form, suggestion, earlier, commit }: KindProps<"class">): ReactNode {
  return (
    <Choices
      classes={form.classes}
      chosen={typeof earlier === "string" ? [earlier] : []}
      suggestion={suggestion}
      open={form.open}
      verb="label as"
      pick={commit}
    />
  );
}
