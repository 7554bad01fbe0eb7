import { AppError } from "../../shared/errors.ts";
import { Kind } from "../../shared/message.ts";
import type { CallContext } from "../dispatch/context.ts";
import { Encoded } from "../dispatch/encoded.ts";
import { RunningCall } from "../dispatch/running-call.ts";
import type { Services } from "../dispatch/services.ts";
import type { Session } from "../sessions/session.ts";
import type { QueuedAnswer } from "./answer.ts";
import { JobOrder } from "./queue-procedure.ts";

/** Who a queued call goes through. */
export interface Queueing {
  /** All that is around its procedure has agreed. */
  enqueue(run: QueuedRun, order: JobOrder): void;
  /** It has been told its answer. @param heard whether there was somebody to hear it */
  told(run: QueuedRun, heard: boolean): void;
  /** It has ended before its answer came. @param unwanted whether nobody will ask for that any more */
  left(run: QueuedRun, unwanted: boolean): void;
}

/** Unsent bytes of a connection beyond which it is not told how far its calls are. */
const ENOUGH_UNSENT = 256 * 1024;

/**
 * A call that a queue keeps, as its connection knows it. Its time is over when the queue should have had it; after that it
 * waits for as long as the connection is there, and its answer for as long as its session is.
 */
export class QueuedRun extends RunningCall {
  readonly key: string | undefined;
  readonly session: Session;
  /** Its job; undefined until there is an order. */
  job: string | undefined;
  readonly #queueing: Queueing;
  readonly #services: Services;
  #acknowledged = false;
  /** What was said of it last, before it is acknowledged. */
  #early: Uint8Array | undefined;
  #told = false;
  #cancelled = false;

  constructor(context: CallContext, key: string | undefined, queueing: Queueing, services: Services) {
    super(context, services);
    this.key = key;
    this.session = services.sessions.of(context.connection);
    this.#queueing = queueing;
    this.#services = services;
  }

  /** Whether the queue has it. */
  get acknowledged(): boolean {
    return this.#acknowledged;
  }

  override get outlives(): boolean {
    return this.#acknowledged && this.session.lasting;
  }

  override resolve(value: unknown): void {
    if (!(value instanceof JobOrder)) super.resolve(value);
    // nobody can come back to what was never acknowledged
    else if (this.wanted) this.#queueing.enqueue(this, value);
  }

  /** The queue has it. */
  acknowledge(): void {
    const { job } = this;
    if (!this.wanted || job === undefined) return;
    this.awaitAnswer();
    this.context.connection.send([Kind.ACK, this.context.id, { job }]);
    if (this.#early === undefined) return;
    this.progress(this.#early);
    this.#early = undefined;
  }

  /** The queue has had it for long: its client has come back. */
  awaitAnswer(): void {
    this.#acknowledged = true;
    this.#services.deadlines.delete(this);
  }

  /** Its worker says how far it is. */
  progress(data: Uint8Array): void {
    const { connection, id } = this.context;
    if (!this.#acknowledged) {
      // ACK comes first, and waits for more than the worker does
      this.#early = data;
      return;
    }
    if (!this.wanted || connection.unsent > ENOUGH_UNSENT) return;
    try {
      connection.sendEncoded(Kind.CHUNK, id, new Encoded(data));
    } catch (error) {
      this.context.log.warn({ error }, "what a worker says of a call cannot be told");
    }
  }

  tell({ kind, change, bytes }: QueuedAnswer): void {
    // whoever has the session now is told
    if (!this.wanted || !this.context.connection.open) return;
    if (!this.#acknowledged) this.acknowledge();
    this.#told = true;
    try {
      if (change?.user !== undefined) this.session.setUser(change.user ?? undefined);
      if (change?.tags !== undefined) this.session.setTags(change.tags);
    } catch (error) {
      this.context.log.warn({ error }, "what a worker wants of a session cannot be");
    }
    if (kind === Kind.RESULT) this.resolve(bytes.length === 0 ? undefined : new Encoded(bytes));
    else {
      const [code, message, details] = this.#services.pack.unpack(bytes) as [string, string, unknown];
      this.reject(new AppError(code, message, details ?? undefined));
    }
  }

  override cancel(): void {
    this.#cancelled = true;
    super.cancel();
  }

  override abandon(): void {
    if (this.over) return;
    super.abandon();
    // there is no session that somebody could come back to
    this.#queueing.left(this, !this.session.lasting);
  }

  protected override answer(value: unknown): void {
    super.answer(value);
    this.#ended();
  }

  protected override refuse(error: unknown): void {
    super.refuse(error);
    this.#ended();
  }

  #ended(): void {
    if (this.#told) this.#queueing.told(this, this.context.connection.open);
    // whoever has a key may ask again, after a time that was too short
    else this.#queueing.left(this, this.#cancelled || this.key === undefined);
  }
}
