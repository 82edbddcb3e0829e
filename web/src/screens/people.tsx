/** Signing in, and joining by an invitation. */
import { useState, type FormEvent, type ReactNode } from "react";
import { call } from "../api/client";

/** One person's own page: there is nothing to type, the address lets one in. */
export function NoToken({ why }: { why: string }): ReactNode {
  return (
    <main className="gate" id="main">
      <div className="card">
        <h1>Askance</h1>
        <p>{why}</p>
        <p className="small">What you answered in this browser and is not sent yet stays in it, and is sent when you are in again.</p>
      </div>
    </main>
  );
}

export function SignIn({ why }: { why: string }): ReactNode {
  const send = (name: string, password: string): Promise<unknown> =>
    call("post", "/api/v1/session", { body: { name, password } });
  return (
    <Gate title="Sign in" why={why} button="Sign in" kind="current-password" least={1} send={send} then={() => location.reload()} />
  );
}

export function Join({ token }: { token: string }): ReactNode {
  const send = (name: string, password: string): Promise<unknown> =>
    call("post", "/api/v1/invitations/accept", { body: { token, name, password } });
  const why = token ? "You are invited. Choose a name and a password of ten characters or more." : "This address has no invitation in it; open the whole link that you were sent.";
  return <Gate title="Join" why={why} button="Join" kind="new-password" least={10} send={send} then={() => location.assign("/")} />;
}

interface Props {
  title: string;
  why: string;
  button: string;
  kind: "current-password" | "new-password";
  least: number;
  send(name: string, password: string): Promise<unknown>;
  then(): void;
}

function Gate({ title, why, button, kind, least, send, then }: Props): ReactNode {
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = (e: FormEvent<HTMLFormElement>): void => {
    e.preventDefault();
    const data = new FormData(e.currentTarget);
    setBusy(true);
    send(String(data.get("name")), String(data.get("password")))
      .then(then)
      .catch((error: unknown) => setWrong(error instanceof Error ? error.message : String(error)))
      .finally(() => setBusy(false));
  };
  return (
    <main className="gate" id="main">
      <form onSubmit={submit}>
        <h1>Askance</h1>
        <h2>{title}</h2>
        <p className="small">{why}</p>
        <label>
          Name
          <input name="name" autoComplete="username" required maxLength={100} autoFocus />
        </label>
        <label>
          Password
          <input name="password" type="password" autoComplete={kind} required minLength={least} maxLength={1000} />
        </label>
        {wrong && (
          <p role="alert" className="wrong">
            {wrong}
          </p>
        )}
        <button type="submit" className="main" disabled={busy}>
          {button}
        </button>
      </form>
    </main>
  );
}
