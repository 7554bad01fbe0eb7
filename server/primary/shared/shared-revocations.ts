import { CloseCode } from "../../../shared/codes.ts";
import type { AppError } from "../../../shared/errors.ts";
import type { ScriptArgument, SharedRedis } from "../../redis/shared-redis.ts";
import { lengthened } from "./fields.ts";
import { SESSION_SCRIPT } from "./session-script.ts";

/** What a host knows of who has been revoked. */
export interface RevocationsHere {
  /** Whatever of a user was made before a time is good no more, and its sessions end. Returns how many these are. */
  revoked(user: string, time: number, code: number): number;
  /** The same of one that may be known already, and then nothing ends again. */
  revokedBefore(user: string, time: number, code: number): void;
  /** All there are, by user, with the time in milliseconds since 1970. */
  revocations(): Iterable<readonly [user: string, time: number]>;
}

export interface SharedRevocationsOptions {
  readonly redis: SharedRedis;
  /** How long revocations are remembered, in milliseconds. */
  readonly keptMs: number;
  /** How many are, at most. */
  readonly most: number;
}

/** Revocations that are read, or written, at a time. */
const PAGE = 1_000;
/** So long may nothing have been heard before it was known that Redis cannot be asked, in milliseconds. */
const MARGIN_MS = 60_000;
const REVOKED = "revoked";

/** Who has been revoked, for hosts that could not be told, or start later. */
export class SharedRevocations {
  readonly #options: SharedRevocationsOptions;
  readonly #here: RevocationsHere;
  /** Up to when those by others have been read, by the clock of Redis: hosts may be late to tell it. */
  #knownUntil = 0;
  /** When that was, by `performance.now()`; since then all are heard. 0 while some may have been missed. */
  #readAt = 0;

  constructor(options: SharedRevocationsOptions, here: RevocationsHere) {
    this.#options = options;
    this.#here = here;
  }

  /** Tells all hosts of one. @param number of the question that they answer; 0 for none */
  tell(user: string, time: number, code: number, number: number, told: (error: AppError | undefined) => void): void {
    const { redis, keptMs, most } = this.#options;
    const args = [user, String(time), String(code), String(number), redis.host, String(keptMs), String(most)];
    this.#run("revoke", args, told);
  }

  /** Nothing is heard any more. */
  down(): void {
    if (this.#readAt === 0) return;
    this.#knownUntil += performance.now() - this.#readAt;
    this.#readAt = 0;
  }

  /** Reads what may have been missed, and tells a Redis that has forgotten. */
  load(): void {
    this.#readAt = 0;
    this.#read(String(Math.max(0, this.#knownUntil - MARGIN_MS)));
  }

  #read(after: string): void {
    this.#run("revoked", [after, String(PAGE)], (error, answer) => {
      if (error !== undefined) return; // it is read when Redis can be asked again
      const [now, last, ...texts] = answer as [number, Buffer, ...(Buffer | number)[]];
      for (let at = 0; at + 2 < texts.length; at += 3) {
        this.#here.revokedBefore(String(texts[at]), Number(texts[at + 1]), Number(texts[at + 2]));
      }
      if (texts.length === 3 * PAGE) this.#read(String(last));
      else {
        this.#knownUntil = now;
        this.#readAt = performance.now();
        this.#compare();
      }
    });
  }

  /** Writes all that are known here where Redis knows fewer. */
  #compare(): void {
    this.#run("count_revoked", [], (error, count) => {
      const all = [...this.#here.revocations()];
      if (error === undefined && (count as number) < all.length) this.#write(all, 0);
    });
  }

  #write(all: readonly (readonly [user: string, time: number])[], from: number): void {
    const { keptMs, most } = this.#options;
    const some = all.slice(from, from + PAGE).flatMap(([user, time]) => [String(time), user]);
    const args = [String(CloseCode.UNAUTHENTICATED), String(keptMs), String(most), lengthened(some)];
    this.#run("remember_revoked", args, (error) => {
      if (error === undefined && from + PAGE < all.length) this.#write(all, from + PAGE);
    });
  }

  #run(
    name: string,
    args: readonly ScriptArgument[],
    ran: (error: AppError | undefined, answer: unknown) => void,
  ): void {
    this.#options.redis.run(SESSION_SCRIPT, REVOKED, name, args, ran);
  }
}
