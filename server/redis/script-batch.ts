import type { AppError } from "../../shared/errors.ts";
import type { Ran, ScriptArgument } from "./shared-redis.ts";

/** Calls that one batch has at most, and bytes that it has before it is closed: Redis does nothing else meanwhile. */
const MOST_CALLS = 1_000;
const MOST_BYTES = 262_144;
const SMALLEST = 1_024;

/** Calls of one script's functions, as bytes: u8 length · name · u8 arguments · for each: u32 length · bytes. */
export class ScriptBatch {
  readonly #rans: (Ran | undefined)[] = [];
  readonly #threw: (error: unknown) => void;
  #buffer = Buffer.allocUnsafe(SMALLEST);
  #length = 0;

  /** @param threw told of what a caller throws when it is told something */
  constructor(threw: (error: unknown) => void) {
    this.#threw = threw;
  }

  /** Whether nothing more is to be added. */
  get full(): boolean {
    return this.#rans.length >= MOST_CALLS || this.#length >= MOST_BYTES;
  }

  /** How many calls it has. */
  get size(): number {
    return this.#rans.length;
  }

  get bytes(): number {
    return this.#length;
  }

  /** The calls, to be sent. */
  get calls(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Copies a call. */
  add(name: string, args: readonly ScriptArgument[], ran: Ran | undefined): void {
    let bytes = 2 + name.length;
    for (const arg of args) bytes += 4 + (typeof arg === "string" ? arg.length * 3 : arg.length);
    this.#reserve(bytes);
    const buffer = this.#buffer;
    let at = buffer.writeUInt8(name.length, this.#length);
    at += buffer.write(name, at, "latin1");
    at = buffer.writeUInt8(args.length, at);
    for (const arg of args) {
      const from = at + 4;
      if (typeof arg === "string") at = from + buffer.write(arg, from, "utf8");
      else {
        buffer.set(arg, from);
        at = from + arg.length;
      }
      buffer.writeUInt32LE(at - from, from - 4);
    }
    this.#length = at;
    this.#rans.push(ran);
  }

  /** Tells each caller what its call gave. @param refused makes an error of what Redis says of one that failed */
  answered(answers: readonly unknown[], refused: (message: string) => AppError): void {
    for (const [index, ran] of this.#rans.entries()) {
      const answer = answers[2 * index + 1];
      if (answers[2 * index] === 1) this.#tell(ran, undefined, answer);
      else this.#tell(ran, refused(String(answer)), undefined);
    }
  }

  failed(error: AppError): void {
    for (const ran of this.#rans) this.#tell(ran, error, undefined);
  }

  /** One that throws must not keep the others from hearing. */
  #tell(ran: Ran | undefined, error: AppError | undefined, answer: unknown): void {
    try {
      ran?.(error, answer);
    } catch (thrown) {
      this.#threw(thrown);
    }
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
