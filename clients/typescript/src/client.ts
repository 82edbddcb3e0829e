/** One typed call for every operation of the server's schema, sent again with the same body where the connection is lost. */
import type { components, paths } from "./schema";

export type Shapes = components["schemas"];
export type Method = "get" | "post" | "put" | "patch" | "delete";
export type PathsWith<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, object> ? P : never }[keyof paths];
type Operation<P extends keyof paths, M extends Method> = paths[P] extends Record<M, infer O> ? O : never;
type Json<O> = O extends { requestBody: { content: { "application/json": infer B } } } ? B : undefined;
type Bytes<O> = O extends { requestBody: { content: { "application/octet-stream": unknown } } } ? Blob | Uint8Array<ArrayBuffer> : undefined;
type PathOf<O> = O extends { parameters: { path: infer T } } ? T : undefined;
type QueryOf<O> = O extends { parameters: { query?: infer T } } ? T : undefined;
type Good<O> = O extends { responses: infer R } ? R[keyof R & (200 | 201 | 202 | 204)] : never;
type Result<O> = Good<O> extends { content: { "application/json": infer T } } ? T : undefined;

/** once: it is not to be done twice, such as undo; raw: the answer as it came, of a file or a picture. */
export interface Options<O> {
  path?: PathOf<O>;
  query?: QueryOf<O>;
  body?: Json<O>;
  bytes?: Bytes<O>;
  once?: boolean;
  signal?: AbortSignal;
}

/** The server said no.  message: its sentence, for people; code: a word, for programs. */
export class Refusal extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly requestId: string) {
    super(message);
  }
}

/** The server was not reached, for as long as there was patience. */
export class Unreached extends Error {}

/** patience: milliseconds for which a request that was lost is sent again. */
export interface Settings {
  token?: string;
  patience?: number;
  fetch?: typeof fetch;
}

export class Client {
  constructor(readonly address: string, readonly settings: Settings = {}) {}

  /** The answer's JSON; `undefined` where there is none. */
  async call<M extends Method, P extends PathsWith<M>>(
    method: M,
    path: P,
    options: Options<Operation<P, M>> = {},
  ): Promise<Result<Operation<P, M>>> {
    const response = await this.raw(method, path, options);
    return (response.status === 204 ? undefined : await response.json()) as Result<Operation<P, M>>;
  }

  /** The answer as it came: an exported file, a picture, a stream of events. */
  async raw<M extends Method, P extends PathsWith<M>>(method: M, path: P, options: Options<Operation<P, M>> = {}): Promise<Response> {
    const url = this.address.replace(/\/$/, "") + address(path, options.path, options.query);
    const headers: Record<string, string> = this.settings.token ? { authorization: `Bearer ${this.settings.token}` } : {};
    const init: RequestInit = { method: method.toUpperCase(), headers };
    if (options.signal) init.signal = options.signal;
    if (options.bytes !== undefined) {
      headers["content-type"] = "application/octet-stream";
      init.body = options.bytes as Blob;
    } else if (options.body !== undefined) {
      headers["content-type"] = "application/json";
      init.body = JSON.stringify(options.body);
    }
    const response = await this.tried(url, init, options.once ?? false);
    if (!response.ok) throw await refusal(response);
    return response;
  }

  private async tried(url: string, init: RequestInit, once: boolean): Promise<Response> {
    const began = Date.now();
    for (let pause = 100; ; pause = Math.min(2 * pause, 5000)) {
      try {
        return await (this.settings.fetch ?? fetch)(url, init);
      } catch (error) {
        if (init.signal?.aborted) throw error;
        const left = (this.settings.patience ?? 30_000) - (Date.now() - began) - pause;
        if (once || left < 0) throw new Unreached(`${url} was not reached (${error instanceof Error ? error.message : String(error)})`);
        await new Promise((go) => setTimeout(go, pause));
      }
    }
  }
}

function address(path: string, parts?: unknown, query?: unknown): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String((parts as Record<string, unknown>)[name])));
  const asked = Object.entries((query ?? {}) as Record<string, unknown>).filter(([, v]) => v !== undefined);
  const search = new URLSearchParams(asked.map(([k, v]): [string, string] => [k, String(v)])).toString();
  return search ? `${filled}?${search}` : filled;
}

async function refusal(response: Response): Promise<Refusal> {
  try {
    const { error } = (await response.json()) as Shapes["Problem"];
    return new Refusal(response.status, error.code, error.message, error.request_id);
  } catch {
    return new Refusal(response.status, "http", `the server answered ${response.status}`, "");
  }
}
