/** Any number of classes: a key turns one on or off, enter is the answer. */
import type { ReactNode } from "react";
import { useDraft } from "../parts/draft";
import { Done } from "./done";
import { Choices } from "./choices";
import type { KindProps } from "./kind";

export function Several({ form, earlier, suggestion, draft, commit, say }: KindProps<"classes">): ReactNode {
  const [chosen, choose] = useDraft<string[]>(draft, Array.isArray(earlier) ? (earlier as string[]) : []);
  const toggle = (label: string): void =>
    choose(chosen.includes(label) ? chosen.filter((c) => c !== label) : [...chosen, label]);
  const done = (): void => {
    if (chosen.length < form.least || chosen.length > form.most) say(`An answer has ${form.least} to ${form.most} classes`);
    else commit(form.classes.filter((c) => chosen.includes(c)));
  };
  return (
    <Choices
      classes={form.classes}
      chosen={chosen}
      suggestion={suggestion}
      verb="turn on or off:"
      pick={toggle}
      extra={[{ id: "commit", keys: ["Enter"], label: "answer with these", run: done }]}
    >
      <Done done={done} what={chosen.length ? `answer with ${chosen.length}` : "none of them"} />
    </Choices>
  );
}
