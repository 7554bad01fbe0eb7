import { AppError } from "../../../client/index.ts";
import type { ConnectionSearch, ControlRequest, FoundConnections } from "../../dashboard/requests.ts";
import type { DashboardClient } from "./session.ts";

/** What a refusal of the control port says, or why there is no answer. */
export interface Failure {
  readonly error: string;
}

/** Longer than anything that may be asked for. */
const LONGEST_MS = 630_000;
/** A socket worker did not answer in time: what is told is told of the others. */
const NOT_ALL = 504;

/** What this page asks of the server: what it would be asked with `curl`. */
export class Api {
  readonly #client: () => DashboardClient | undefined;

  constructor(client: () => DashboardClient | undefined) {
    this.#client = client;
  }

  /**
   * Asks the control port, once: nobody wants something to happen twice.
   * @throws Error in words for people
   */
  async ask(request: ControlRequest): Promise<unknown> {
    const { status, body } = await this.#open().call("control", request, { attempts: 1, timeoutMs: LONGEST_MS });
    const answer = parsed(body);
    const { error, count, silent } = Object(answer) as Partial<Failure> & {
      count?: number;
      silent?: (number | string)[];
    };
    if (status === NOT_ALL && silent !== undefined) {
      throw new Error(`Done with ${count}; worker ${silent.join(", ")} did not answer, and nobody knows what it did.`);
    }
    if (status >= 400) throw new Error(error ?? `The server answered ${status}.`);
    return answer;
  }

  find({ query, from }: ConnectionSearch): Promise<FoundConnections> {
    return this.#open().call("connections", { query, ...(from !== undefined && { from }) }, { idempotent: true });
  }

  #open(): DashboardClient {
    const client = this.#client();
    if (client === undefined) throw new Error("This page is not connected.");
    return client;
  }
}

/** Why something failed, for people. */
export function failureText(error: unknown): string {
  if (error instanceof AppError && error.code === "UNAVAILABLE") {
    return "The connection was lost before there was an answer: it may or may not have been done.";
  }
  return error instanceof Error ? error.message : String(error);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
