import { setImmediate } from "node:timers/promises";
import type { Client } from "../../../client/client.ts";
import { connect } from "../../../client/node.ts";
import type { WebSocketConstructor } from "../../../client/web-socket.ts";
import { AppError } from "../../../shared/errors.ts";
import { now } from "../clock.ts";
import { findMark, writeMark } from "../mark.ts";
import type { Plan } from "../plan.ts";
import { type Blanks, compileName, compileTemplate, type Template } from "../template.ts";
import type { Tally } from "./tally.ts";

/** The answer went with its connection, so that nobody knows whether the call has run. */
const LOST = "LOST";
/** What is rejected with anything but an error of the protocol: the tool's own fault, or the payload's. */
const UNSENT = "UNSENT";

/** A plan's templates, ready to be filled in. */
export interface Work {
  readonly plan: Plan;
  readonly run: string;
  readonly actions: readonly { readonly name: (blanks: Blanks) => string; readonly payload: Template }[];
  readonly subscribe: ((blanks: Blanks) => string) | undefined;
  readonly query: (blanks: Blanks) => string;
  readonly token: (blanks: Blanks) => string;
  readonly webSocket: WebSocketConstructor;
}

export function prepareWork(plan: Plan, run: string, webSocket: WebSocketConstructor): Work {
  return {
    ...{ plan, run, webSocket },
    actions: plan.actions.map(({ name, payload }) => ({ name: compileName(name), payload: compileTemplate(payload) })),
    subscribe: plan.subscribe === "" ? undefined : compileName(plan.subscribe),
    query: compileName(plan.query),
    token: compileName(plan.token),
  };
}

/** One of the clients that a run has: the project's own, and what is measured of it. */
export class LoadClient {
  /** How many of its calls have begun. */
  begun = 0;
  inFlight = 0;
  readonly #client: Client;
  readonly #work: Work;
  readonly #tally: Tally;
  readonly #index: number;
  #welcomed = false;

  /**
   * Connects.
   * @param index which of all clients it is
   * @param changed called when it has a connection, and when it has none any more
   */
  constructor(work: Work, tally: Tally, index: number, changed: (client: LoadClient) => void) {
    const { plan, query, token, webSocket, subscribe } = work;
    this.#work = work;
    this.#tally = tally;
    this.#index = index;
    const blanks = this.#blanks();
    const url = new URL(plan.url);
    url.search = query(blanks);
    const dialled = now();
    const client: Client = connect(url, {
      ...{ webSocket, timeoutMs: plan.timeoutMs, connectTimeoutMs: plan.timeoutMs, attempts: plan.attempts },
      ...(plan.token === "" ? {} : { token: token(blanks) }),
    });
    this.#client = client;
    // that it failed is told as an event as well
    client.ready.catch(() => {});
    client.on("error", () => {});
    client.on("welcome", () => {
      if (this.#welcomed) return;
      this.#welcomed = true;
      tally.count("opened");
      tally.connects.record(now() - dialled);
    });
    client.on("state", (state, reason) => {
      if (state === "open") tally.connected++;
      if (state === "closed" && reason.code !== undefined && reason.code !== 1000) tally.count("ended");
      changed(this);
    });
    client.on("disconnected", ({ code, text }) => {
      tally.connected--;
      if (code === 1000) return;
      tally.count("lost");
      tally.closed(`${code ?? ""} ${text}`.trim());
    });
    client.on("reconnectFailed", ({ code, text }) => {
      tally.count("failed");
      tally.closed(`not connected: ${code === 1006 ? "" : `${code ?? ""} `}${text}`);
    });
    client.on("reconnected", ({ resumed }) => {
      tally.count("reconnected");
      if (resumed) tally.count("resumed");
    });
    if (subscribe !== undefined) client.subscribe(subscribe(blanks), (data) => this.#delivered(data));
  }

  get open(): boolean {
    return this.#client.state === "open";
  }

  /** Whether it will never have a connection again. */
  get closed(): boolean {
    return this.#client.state === "closed";
  }

  /**
   * Makes one call, or publication, and records what comes of it. Never rejects.
   * @param dueUs when it was due; undefined where it is due when it is made
   */
  async perform(action: number, dueUs: number | undefined): Promise<void> {
    const { plan, actions } = this.#work;
    const tally = this.#tally;
    const { kind } = plan.actions[action] as Plan["actions"][number];
    const { name, payload } = actions[action] as Work["actions"][number];
    const blanks = this.#blanks();
    this.begun++;
    this.inFlight++;
    tally.inFlight++;
    const sentUs = now();
    try {
      if (kind === "call") await this.#client.call(name(blanks), payload(blanks));
      else await this.#client.publish(name(blanks), payload(blanks));
      const answeredUs = now();
      tally.answered(action, answeredUs - (dueUs ?? sentUs), answeredUs - sentUs);
    } catch (error) {
      tally.failed(action, this.#codeOf(error));
      // what fails at once, and is tried again at once, would leave no time for anything else
      await setImmediate();
    } finally {
      this.inFlight--;
      tally.inFlight--;
    }
  }

  close(): void {
    this.#client.close();
  }

  #delivered(data: unknown): void {
    const mark = findMark(data);
    if (mark?.run === this.#work.run) this.#tally.deliveries.record(now() - mark.sentAt);
    else this.#tally.strangers++;
  }

  #codeOf(error: unknown): string {
    if (!(error instanceof AppError)) return UNSENT;
    return error.code === "UNAVAILABLE" && !this.open ? LOST : error.code;
  }

  #blanks(): Blanks {
    const { run } = this.#work;
    const client = this.#index;
    return { client, i: this.begun, sent: () => writeMark({ run, sentAt: now(), client }) };
  }
}
