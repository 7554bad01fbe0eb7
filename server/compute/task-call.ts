import { Encoded } from "../dispatch/encoded.ts";
import type { TaskRequest } from "./compute-client.ts";
import { TaskStream } from "./task-stream.ts";
import type { ThreadTask } from "./thread.ts";

export interface TaskCallHooks {
  /** Its stream's reader has taken so many bytes. */
  taken(call: TaskCall, bytes: number): void;
  /** Nobody waits for it any more. */
  cancel(call: TaskCall, reason: unknown): void;
  unpack(bytes: Uint8Array): unknown;
}

/** One call of a task, as the socket worker waits for it. */
export class TaskCall {
  readonly reference: number;
  readonly task: ThreadTask;
  /** For whom: tasks of different ones take turns. */
  readonly tenant: string;
  readonly promise: Promise<unknown>;
  /** The encoded input, as long as it may have to be sent (again). */
  input: Uint8Array | undefined;
  /** Whether the compute host has it. */
  sent = false;
  readonly #request: TaskRequest;
  readonly #hooks: TaskCallHooks;
  readonly #abort: () => void;
  #resolve: (value: unknown) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #stream: TaskStream | undefined;
  #rerun = false;

  constructor(reference: number, task: ThreadTask, request: TaskRequest, hooks: TaskCallHooks) {
    this.reference = reference;
    this.task = task;
    this.tenant = request.tenant;
    this.#request = request;
    this.#hooks = hooks;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // whoever started it may not wait for it, or not yet: that it fails meanwhile is no rejection that nobody cares for
    this.promise.catch(() => undefined);
    const { scope } = request;
    this.#abort = () => hooks.cancel(this, scope.signal.reason);
    scope.signal.addEventListener("abort", this.#abort);
    scope.running++;
  }

  /** Whether it may be sent once more, its first run lost. Then it has to be: the next answer is no. */
  rerun(): boolean {
    if (!this.task.idempotent || this.#rerun || this.#stream !== undefined) return false;
    this.#rerun = true;
    this.sent = false;
    return true;
  }

  /** An item: what is promised is a stream then. The bytes are valid only now. */
  item(bytes: Uint8Array): void {
    if (this.#stream === undefined) {
      this.#stream = new TaskStream({
        read: (item) => this.#read(item),
        taken: (count) => this.#hooks.taken(this, count),
        left: () => this.#hooks.cancel(this, undefined),
      });
      this.#resolve(this.#stream);
    }
    this.#stream.push(Uint8Array.prototype.slice.call(bytes));
  }

  /** The result. The bytes are valid only now. */
  result(bytes: Uint8Array): void {
    if (this.#stream !== undefined) this.#stream.end(Uint8Array.prototype.slice.call(bytes));
    else this.#resolve(this.#read(this.#request.encoded ? Uint8Array.prototype.slice.call(bytes) : bytes));
    this.#end(); // last: what cannot be decoded fails instead
  }

  fail(error: unknown): void {
    this.#end();
    if (this.#stream !== undefined) this.#stream.fail(error);
    else this.#reject(error);
  }

  #end(): void {
    const { scope } = this.#request;
    scope.signal.removeEventListener("abort", this.#abort);
    scope.running--;
  }

  #read(bytes: Uint8Array): unknown {
    if (bytes.length === 0) return undefined;
    return this.#request.encoded ? new Encoded(bytes) : this.#hooks.unpack(bytes);
  }
}
