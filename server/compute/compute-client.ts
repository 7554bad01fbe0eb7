import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { AppError } from "../../shared/errors.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import { joinBus } from "../bus/join-bus.ts";
import type { Link } from "../bus/link.ts";
import { overloaded } from "../overloaded.ts";
import { StartError } from "../start-error.ts";
import { errorOf, type Failure, FailureKind } from "./failure.ts";
import type { TaskDefinition } from "./hosted-task.ts";
import { TaskCall, type TaskCallHooks } from "./task-call.ts";
import { TaskCalls } from "./task-calls.ts";
import type { TaskScope } from "./task-scope.ts";
import type { ThreadTask } from "./thread.ts";

export interface ComputeClientOptions {
  /** Where the compute host listens. */
  readonly path: string;
  readonly secret: string;
  /** This socket worker's number. */
  readonly worker: number;
  /** Bytes that may wait to be sent, or be kept to be sent again; beyond, calls are refused. */
  readonly budget: number;
  /** Calls that may wait for a compute host that is away. */
  readonly maxHeld: number;
  readonly pack: Pack;
  /** There is something to do for a compute host. Called once, before the first call. */
  needed(tasks: readonly TaskDefinition[]): void;
}

/** On whose behalf a task runs, and how its result is wanted. */
export interface TaskRequest {
  readonly tenant: string;
  readonly scope: TaskScope;
  /** Whether the result, and each item, stays encoded. */
  readonly encoded: boolean;
}

const FIRST_RETRY_MS = 10;
const LONGEST_RETRY_MS = 200;
const NOTHING = new Uint8Array(0);
/** A compute host that is away for longer will not be back at once: calls are refused then, in milliseconds. */
const LONGEST_ABSENCE_MS = 5_000;
/** How long who is refused is asked to wait, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

/** A socket worker's way to the compute host: connects, and connects again, and knows which call waits for what. */
export class ComputeClient {
  readonly #options: ComputeClientOptions;
  readonly #tasks = new Map<ThreadTask, number>();
  readonly #definitions: TaskDefinition[] = [];
  readonly #calls = new TaskCalls();
  readonly #hooks: TaskCallHooks;
  #link: Link | undefined;
  #started = false;
  #closed = false;
  #awayTooLong = false;
  #absence: NodeJS.Timeout | undefined;

  constructor(options: ComputeClientOptions) {
    this.#options = options;
    this.#hooks = {
      taken: ({ reference }, bytes) => this.#link?.send(BusType.TAKEN, reference, String(bytes)),
      cancel: (call, reason) => this.#cancel(call, reason),
      unpack: (bytes) => options.pack.unpack(bytes),
    };
  }

  /**
   * Makes a procedure's task known, so that threads load it before the first call.
   * @throws StartError where there is no such file
   */
  register(task: ThreadTask, name: string): void {
    if (this.#tasks.has(task)) return;
    const path = fileURLToPath(task.url);
    if (!existsSync(path)) throw new StartError(`The procedure "${name}" has no task file: there is no ${path}.`);
    const { url, export: exported, priority, concurrency } = task;
    this.#tasks.set(task, this.#definitions.length);
    this.#definitions.push({ name, url, export: exported, priority, concurrency });
    if (this.#link !== undefined) this.#introduce(this.#link, this.#definitions.length - 1);
  }

  /** Begins to connect, where there is any task. Safe to call again. */
  start(): void {
    if (this.#started || this.#closed || this.#definitions.length === 0) return;
    this.#started = true;
    this.#away();
    this.#options.needed(this.#definitions);
    void this.#connect();
  }

  /**
   * Runs a task. The promise gives its result, or a {@link TaskStream} where an item comes first.
   * @throws EncodeError where the input cannot be encoded
   */
  run(task: ThreadTask, input: unknown, request: TaskRequest): Promise<unknown> {
    if (!this.#tasks.has(task)) this.register(task, new URL(task.url).pathname);
    this.start();
    const refusal = this.#refusal();
    if (refusal !== undefined) return Promise.reject(refusal);
    const { signal } = request.scope;
    if (signal.aborted) return Promise.reject(signal.reason);
    const bytes = input === undefined ? NOTHING : this.#options.pack.pack(input);
    const call = new TaskCall(this.#calls.newReference(), task, request, this.#hooks);
    this.#calls.add(call);
    // the bytes are in a buffer that is soon used again
    if (this.#link === undefined || task.idempotent) this.#calls.keepInput(call, bytes);
    if (this.#link !== undefined) this.#send(this.#link, call, bytes);
    return call.promise;
  }

  /** Ends the connection. Whatever waits is told that the server goes down. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#absence);
    this.#link?.close();
    this.#calls.fail(() => true, new AppError("UNAVAILABLE", "The server is going down."));
  }

  #send(link: Link, call: TaskCall, input: Uint8Array): void {
    call.sent = true;
    link.send(BusType.RUN, call.reference, `${this.#tasks.get(call.task)} ${call.tenant}`, input);
    if (!call.task.idempotent) this.#calls.forgetInput(call);
  }

  #refusal(): AppError | undefined {
    if (this.#closed) return new AppError("UNAVAILABLE", "The server is going down.");
    const held = this.#link === undefined;
    if (held && this.#awayTooLong) return awayError();
    const bytes = (this.#link?.unsent ?? 0) + this.#calls.keptBytes;
    if (bytes <= this.#options.budget && !(held && this.#calls.size >= this.#options.maxHeld)) return undefined;
    return overloaded(RETRY_AFTER_MS);
  }

  #cancel(call: TaskCall, reason: unknown): void {
    if (!this.#calls.take(call)) return;
    if (call.sent) this.#link?.send(BusType.CANCEL, call.reference);
    call.fail(reason);
  }

  async #connect(): Promise<void> {
    const { path, secret, worker } = this.#options;
    let gone = false;
    const hooks = {
      frame: (frame: BusFrame) => this.#receive(frame),
      closed: () => {
        gone = true;
        this.#lost();
      },
    };
    for (let delay = FIRST_RETRY_MS; !this.#closed; delay = Math.min(delay * 2, LONGEST_RETRY_MS)) {
      try {
        const link = await joinBus({ path, secret, worker, hooks });
        if (this.#closed) link.close();
        else if (!gone) this.#found(link);
        return;
      } catch {
        // it has not begun to listen yet, or it just went away
        await sleep(delay, undefined, { ref: false });
      }
    }
  }

  /** Calls are held for a while, as it is nearly always back at once; then they, and all that come, are told. */
  #away(): void {
    this.#absence ??= setTimeout(() => {
      this.#awayTooLong = true;
      this.#calls.fail(() => true, awayError());
    }, LONGEST_ABSENCE_MS);
    this.#absence.unref();
  }

  #found(link: Link): void {
    clearTimeout(this.#absence);
    this.#absence = undefined;
    this.#awayTooLong = false;
    this.#link = link;
    for (let number = 0; number < this.#definitions.length; number++) this.#introduce(link, number);
    for (const call of this.#calls) if (!call.sent) this.#send(link, call, call.input ?? NOTHING);
  }

  #introduce(link: Link, number: number): void {
    link.send(BusType.TASK, number, "", Buffer.from(JSON.stringify(this.#definitions[number])));
  }

  /** The compute host is gone, and with it whatever it ran. */
  #lost(): void {
    this.#link = undefined;
    if (this.#closed) return;
    this.#away();
    const error = new AppError("UNAVAILABLE", "The compute host was lost.", { retryAfterMs: RETRY_AFTER_MS });
    this.#calls.fail((call) => call.sent && !call.rerun(), error);
    void this.#connect();
  }

  #receive(frame: BusFrame): void {
    const call = this.#calls.get(frame.reference);
    if (call === undefined) return; // cancelled meanwhile
    try {
      if (frame.type === BusType.CHUNK) call.item(frame.data);
      else if (frame.type === BusType.RESULT) {
        this.#calls.take(call);
        call.result(frame.data);
      } else if (frame.type === BusType.FAILED) this.#failed(call, this.#options.pack.unpack(frame.data) as Failure);
    } catch (error) {
      // what a thread has the stack to encode, as a tree of great depth, not everybody has the stack to decode
      this.#calls.take(call);
      call.fail(error);
    }
  }

  #failed(call: TaskCall, failure: Failure): void {
    if (failure[0] === FailureKind.CRASHED && this.#link !== undefined && call.input !== undefined && call.rerun()) {
      this.#send(this.#link, call, call.input);
      return;
    }
    this.#calls.take(call);
    call.fail(errorOf(failure));
  }
}

function awayError(): AppError {
  return new AppError("UNAVAILABLE", "The compute host is away.", { retryAfterMs: RETRY_AFTER_MS });
}
