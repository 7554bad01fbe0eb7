import { AppError } from "../../../shared/errors.ts";
import { MAX_NAME_LENGTH } from "../../../shared/message.ts";
import { createPack } from "../../../shared/msgpack-codec.ts";
import { checkName } from "../../check-name.ts";
import type { Job, Priority } from "../job.ts";
import type { JobRun } from "../job-queue.ts";
import type { SessionChange } from "../reply.ts";

/** What a handler is given besides its input. */
export interface WorkerContext {
  readonly job: {
    /** The same for all attempts: whatever has been done by it already need not be done again. */
    readonly id: string;
    /** From 1 on. */
    readonly attempt: number;
    readonly procedure: string;
    readonly group: string;
    readonly priority: Priority;
    /** In milliseconds since 1970. */
    readonly createdAt: number;
  };
  /** Of who called, as it was when they did. */
  readonly session: {
    readonly id: string;
    readonly user?: string | undefined;
    readonly tags: Readonly<Record<string, string>>;
  };
  /** Aborts when the worker ends before the job does. The job is then somebody else's, and what this gives matters no more. */
  readonly signal: AbortSignal;
  /**
   * Answers the caller now, with what `setSession` has said by then, while there is still something to do: what the handler
   * returns is told to nobody then. Where it fails after that, the job is tried again, and the caller keeps this answer.
   * Resolves when the broker has it.
   * @throws EncodeError, AppError `TOO_LARGE`, `UNAVAILABLE`
   */
  reply(output: unknown): Promise<void>;
  /** Tells the caller how far it is. May be lost. @throws EncodeError */
  progress(data: unknown): void;
  /** Publishes on a channel, at every server. Resolves when the broker has it. @throws EncodeError, AppError `UNAVAILABLE` */
  broadcast(channel: string, data: unknown): Promise<void>;
  /** Sends something to all connections of a user. Resolves when the broker has it. @throws EncodeError, AppError `UNAVAILABLE` */
  toUser(user: string, data: unknown): Promise<void>;
  /**
   * Changes the session of who called, when the result or the error gets there: `user` null is nobody, and an empty tag is
   * deleted. What is said later is added to it.
   * @throws RangeError where a name or a value is none
   */
  setSession(change: SessionChange): void;
}

/** How large a piece of MessagePack may be that a handler gives or sends, in bytes. */
const MAX_BYTES = 2 ** 24;
const { packAlone } = createPack();

/** Encodes what leaves a worker. @throws EncodeError, AppError `TOO_LARGE` */
export function packed(value: unknown): Uint8Array {
  const bytes = packAlone(value);
  if (bytes.length > MAX_BYTES) throw new AppError("TOO_LARGE");
  return bytes;
}

const NOTHING = new Uint8Array();

/** What a handler gives, encoded; undefined as nothing. @throws as {@link packed} */
export function outputOf(value: unknown): Uint8Array {
  return value === undefined ? NOTHING : packed(value);
}

/** A context, and what its handler has made of the session. */
export class JobContext implements WorkerContext {
  readonly job: WorkerContext["job"];
  readonly session: WorkerContext["session"];
  readonly #run: JobRun;
  #change: SessionChange | undefined;
  #replied: Uint8Array | undefined;

  constructor(job: Job, run: JobRun) {
    const { id, attempt, procedure, group, priority, createdAt, caller } = job;
    this.job = { id, attempt, procedure, group, priority, createdAt };
    this.session = { id: caller.session, user: caller.user, tags: caller.tags };
    this.#run = run;
  }

  get signal(): AbortSignal {
    return this.#run.signal;
  }

  get change(): SessionChange | undefined {
    return this.#change;
  }

  /** What was answered before its end, if that was. */
  get replied(): Uint8Array | undefined {
    return this.#replied;
  }

  // functions that may be taken out of it
  readonly reply = async (output: unknown): Promise<void> => {
    const bytes = outputOf(output);
    this.#replied ??= bytes;
    const session = this.#change;
    await this.#run.send({ kind: "result", output: bytes, ...(session !== undefined && { session }) });
  };

  readonly progress = (data: unknown): void => this.#run.tell({ kind: "progress", data: packed(data) });

  readonly broadcast = async (channel: string, data: unknown): Promise<void> => {
    await this.#run.send({ kind: "publish", channel: checkName(channel, "A channel"), data: packed(data) });
  };

  readonly toUser = async (user: string, data: unknown): Promise<void> => {
    await this.#run.send({ kind: "toUser", user: checkName(user, "A user"), data: packed(data) });
  };

  readonly setSession = (change: SessionChange): void => {
    const { user, tags = {} } = change;
    if (typeof user === "string") checkName(user, "A user");
    for (const [name, value] of Object.entries(tags)) {
      checkName(name, "A tag");
      if (typeof value !== "string" || value.length > MAX_NAME_LENGTH) {
        throw new RangeError(`The value of a tag must be a string of at most ${MAX_NAME_LENGTH} characters.`);
      }
    }
    const before = this.#change;
    const both = { ...before?.tags, ...tags };
    this.#change = {
      ...(before?.user !== undefined && { user: before.user }),
      ...(user !== undefined && { user }),
      ...(Object.keys(both).length > 0 && { tags: both }),
    };
  };
}
