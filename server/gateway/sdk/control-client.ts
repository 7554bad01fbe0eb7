import { GatewayError } from "./gateway-error.ts";

/** Which connections: those with all of these tags; or by `id`, one or many, and nothing else. */
export type Selector = Readonly<Record<string, string | readonly string[]>>;

/** Where what connections are sent goes, and how long that may take. */
export interface ControlOptions {
  /** Where the gateway's control port is, such as "http://127.0.0.1:8081". */
  readonly control: string;
  /** Its token, where it has one. */
  readonly token?: string;
  /** How long a request may take, in milliseconds. @default 10_000 */
  readonly requestMs?: number;
}

const REQUEST_MS = 10_000;

/** Asks a gateway over HTTP. What is asked of the same connections keeps its order. */
export class ControlClient {
  readonly #base: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #requestMs: number;
  /** What was asked last of each selection, until it is answered. */
  readonly #last = new Map<string, Promise<number>>();

  constructor({ control, token, requestMs = REQUEST_MS }: ControlOptions) {
    this.#base = new URL(control.endsWith("/") ? control : `${control}/`);
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    this.#headers = { accept: "application/json", ...authorization };
    this.#requestMs = requestMs;
  }

  /** @returns how many connections were reached */
  post(path: "send" | "settags" | "close", selector: Selector, body?: string | Uint8Array | URLSearchParams) {
    const query = queryOf(selector);
    const before = this.#last.get(query);
    const ask = (): Promise<number> => this.#post(`${path}?${query}`, body);
    const answer = before === undefined ? ask() : before.then(ask, ask);
    this.#last.set(query, answer);
    const forget = (): void => {
      if (this.#last.get(query) === answer) this.#last.delete(query);
    };
    answer.then(forget, forget);
    return answer;
  }

  async #post(path: string, body: string | Uint8Array | URLSearchParams = ""): Promise<number> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(new URL(path, this.#base), {
        method: "POST",
        body: body as BodyInit,
        headers: { ...this.#headers, "content-type": typeOf(body) },
        signal: AbortSignal.timeout(this.#requestMs),
      });
      text = await response.text();
    } catch (error) {
      throw new GatewayError("UNREACHABLE", `The gateway at ${this.#base.host} did not answer`, {}, error);
    }
    const { status } = response;
    const { count, silent } = countsOf(text);
    if (response.ok && count !== undefined) return count;
    if (status === 504 && silent !== undefined) {
      const details = { status, silent, ...(count === undefined ? {} : { count }) };
      throw new GatewayError("PARTIAL", `${silent} of the gateway's processes did not answer`, details);
    }
    throw new GatewayError("REFUSED", `The gateway answered ${status}: ${text.trim().slice(0, 200)}`, { status });
  }
}

function queryOf(selector: Selector): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(selector))
    query.set(name, typeof value === "string" ? value : value.join(","));
  return query.toString();
}

function typeOf(body: string | Uint8Array | URLSearchParams): string {
  if (typeof body === "string") return "text/plain;charset=utf-8";
  return body instanceof URLSearchParams ? "application/x-www-form-urlencoded" : "application/octet-stream";
}

/** The answer is a number, or JSON where some were silent. */
function countsOf(text: string): { readonly count?: number; readonly silent?: number } {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === "number") return { count: answer };
    const { count, silent } = Object(answer) as Record<string, unknown>;
    return {
      ...(typeof count === "number" ? { count } : {}),
      ...(typeof silent === "number" ? { silent } : {}),
    };
  } catch {
    return {};
  }
}
