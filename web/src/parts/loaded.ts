/** Something of the server, loaded when its reasons change. */
import { useCallback, useEffect, useState } from "react";

export interface Loaded<T> {
  value: T | null;
  error: Error | null;
  again(): void;
  set(value: T): void;
}

export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, reasons: unknown[]): Loaded<T> {
  const [value, set] = useState<T | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const end = new AbortController();
    load(end.signal)
      .then((found) => {
        if (end.signal.aborted) return;
        set(found);
        setError(null);
      })
      .catch((e: unknown) => {
        if (!end.signal.aborted) setError(e instanceof Error ? e : new Error(String(e)));
      });
    return () => end.abort();
  }, [...reasons, turn]);
  const again = useCallback(() => setTurn((n) => n + 1), []);
  return { value, error, again, set };
}
