import { connectCounting } from "./client.mjs";
import { UnexpectedError } from "./errors.mjs";
import { now } from "./template.mjs";

/** One virtual user: a connection, what it is subscribed to, and what became of it. */
export class User {
  client;
  context;
  report;
  /** By channel: its subscription, and the inbox of what came on it. */
  subscriptions = new Map();
  #bytes = { sent: 0, received: 0 };
  #told = { sent: 0, received: 0 };
  #phase;

  /** @param phase gives the name of the phase that is on */
  constructor(context, report, phase) {
    this.context = context;
    this.report = report;
    this.#phase = phase;
  }

  get phase() {
    return this.#phase();
  }

  /**
   * Connects, and waits until the server has answered.
   *
   * @param options those of the client
   * @throws UnexpectedError `CONNECT` where that takes longer than `connectTimeoutMs`
   * @throws AppError where the server wants no such client
   */
  async connect(target, options) {
    const started = performance.now();
    const { client, bytes } = connectCounting(target, options);
    this.client = client;
    this.#bytes = bytes;
    let why = "";
    client.on("reconnectFailed", ({ text }) => {
      why = `: ${text}`;
      this.report.count("connect.failed");
    });
    client.on("reconnected", () => this.report.count("reconnects"));
    client.on("call", ({ attempts }) => {
      if (attempts > 1) this.report.count("retries", attempts - 1);
    });
    client.on("error", (error) => this.report.error(error));
    try {
      await client.ping(options.connectTimeoutMs);
    } catch (error) {
      if (client.welcome !== undefined || error?.code !== "TIMEOUT") throw error;
      throw new UnexpectedError("CONNECT", `no connection within ${options.connectTimeoutMs} ms${why}`);
    }
    this.report.count("connections");
    this.report.took("connect.ms", performance.now() - started);
  }

  /**
   * What came of a step: counts what was expected.
   *
   * @throws what it failed with, where that was not expected; UnexpectedError where something else was
   */
  judge(outcome, expectation) {
    const verdict = expectation(outcome, this.context);
    if (verdict === true) this.report.count("expect.passed");
    else if (verdict !== undefined) throw new UnexpectedError("EXPECTATION", verdict);
    else if (outcome.error !== undefined) throw outcome.error;
  }

  /** A publication has come. @param sentAt when it was sent, where it says so, in milliseconds since 1970 */
  received(sentAt) {
    this.report.count("publications");
    if (Number.isFinite(sentAt)) this.report.took("delivery.ms", Math.max(0, now() - sentAt));
  }

  /** Tells how many bytes there were since it was last asked to. */
  tellBytes() {
    for (const direction of ["sent", "received"]) {
      const more = this.#bytes[direction] - this.#told[direction];
      if (more > 0) this.report.count(`bytes.${direction}`, more);
      this.#told[direction] += more;
    }
  }

  close() {
    this.client?.close();
    this.tellBytes();
  }
}
