/** What went wrong, in the server's own sentence, and what to do. */
import type { ReactNode } from "react";
import { Refusal } from "../api/client";

export function Trouble({ error, retry }: { error: Error; retry?: (() => void) | undefined }): ReactNode {
  const id = error instanceof Refusal ? error.requestId : "";
  return (
    <div className="trouble" role="alert">
      <p>{error.message}</p>
      {id && <p className="small">The server’s log has it under {id}.</p>}
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}
