/** One typed call for every route of the server's schema: the path, the parameters and the answer belong together. */
import type { paths } from "../../../clients/typescript/src/schema";

type Method = "get" | "post" | "put" | "patch" | "delete";
type PathsWith<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, object> ? P : never }[keyof paths];
type Operation<P extends keyof paths, M extends Method> = paths[P] extends Record<M, infer O> ? O : never;
type Body<O> = O extends { requestBody: { content: { "application/json": infer B } } } ? B : undefined;
type PathOf<O> = O extends { parameters: { path: infer T } } ? T : undefined;
type QueryOf<O> = O extends { parameters: { query?: infer T } } ? T : undefined;
type Good<O> = O extends { responses: infer R } ? R[keyof R & (200 | 201 | 202 | 204)] : never;
type Result<O> = Good<O> extends { content: { "application/json": infer T } } ? T : undefined;

export interface Options<O> {
  path?: PathOf<O>;
  query?: QueryOf<O>;
  body?: Body<O>;
  keepalive?: boolean;
  signal?: AbortSignal;
}

/** The server said no.  message: a sentence for people. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string,
  ) {
    super(message);
  }
}

/** The server was not reached: what was to be sent may be sent again. */
export class Unreached extends Error {}

const PATIENCE = 20_000; // ms, after which a request counts as lost

export async function call<M extends Method, P extends PathsWith<M>>(
  method: M,
  path: P,
  options: Options<Operation<P, M>> = {},
): Promise<Result<Operation<P, M>>> {
  const response = await reached(method, address(path, options.path, options.query), options);
  if (!response.ok) throw await refusal(response);
  if (response.status === 204) return undefined as Result<Operation<P, M>>;
  return (await response.json()) as Result<Operation<P, M>>;
}

async function reached(method: string, url: string, options: Options<unknown>): Promise<Response> {
  const late = AbortSignal.timeout(PATIENCE);
  const init: RequestInit = {
    method: method.toUpperCase(),
    credentials: "same-origin",
    signal: options.signal ? AbortSignal.any([options.signal, late]) : late,
    keepalive: options.keepalive ?? false,
  };
  if (options.body !== undefined) {
    init.headers = { "content-type": "application/json" };
    init.body = JSON.stringify(options.body);
  }
  try {
    return await fetch(url, init);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Unreached(`the server was not reached (${error instanceof Error ? error.message : String(error)})`);
  }
}

export function address(path: string, parts?: unknown, query?: unknown): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String((parts as Record<string, unknown>)[name])),
  );
  const asked = Object.entries((query ?? {}) as Record<string, unknown>).filter(([, v]) => v !== undefined);
  const search = new URLSearchParams(asked.map(([k, v]): [string, string] => [k, String(v)])).toString();
  return search ? `${filled}?${search}` : filled;
}

async function refusal(response: Response): Promise<Refusal> {
  try {
    const { error } = (await response.json()) as { error: { code: string; message: string; request_id: string } };
    return new Refusal(response.status, error.code, error.message, error.request_id);
  } catch {
    return new Refusal(response.status, "http", `the server answered ${response.status}`, "");
  }
}
