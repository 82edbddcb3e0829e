/** A link within the page. */
import type { ReactNode } from "react";
import { go } from "../route";

interface Props {
  to: string;
  children: ReactNode;
  className?: string;
  current?: boolean;
}

export function Link({ to, children, className, current }: Props): ReactNode {
  return (
    <a
      href={to}
      className={className}
      aria-current={current ? "page" : undefined}
      onClick={(e) => {
        if (e.ctrlKey || e.metaKey || e.shiftKey || e.button) return;
        e.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
