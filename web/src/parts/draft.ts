/** What is half done on a question: it survives a reload, and is gone when the question is answered. */
import { useCallback, useState } from "react";

const PREFIX = "askance:draft:";

export function draftPlace(campaign: string, sample: string): string {
  return `${PREFIX}${campaign}:${sample}`;
}

export function dropDraft(place: string): void {
  localStorage.removeItem(place);
}

export function useDraft<T>(place: string, initial: T): [T, (next: T) => void] {
  const [value, set] = useState<T>(() => {
    try {
      const found = localStorage.getItem(place);
      return found === null ? initial : (JSON.parse(found) as T);
    } catch {
      return initial;
    }
  });
  const keep = useCallback(
    (next: T) => {
      set(next);
      try {
        localStorage.setItem(place, JSON.stringify(next));
      } catch {
        // a full storage: the draft holds while the page is open
      }
    },
    [place],
  );
  return [value, keep];
}
