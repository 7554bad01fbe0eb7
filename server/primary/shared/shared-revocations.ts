import { CloseCode } from "../../../shared/codes.ts";
import type { AppError } from "../../../shared/errors.ts";
import type { ScriptArgument, SharedRedis } from "../../redis/shared-redis.ts";
import { lengthened } from "./fields.ts";
import { SESSION_SCRIPT } from "./session-script.ts";

/** What a host knows of who has been revoked. */
export interface RevocationsHere {
  /** Whatever of a user was made before a time is good no more, and its sessions end. Returns how many these are. */
  revoked(user: string, time: number, code: number): number;
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
/** Clocks of hosts differ, and so much may have been under way when Redis could be asked last, in milliseconds. */
const MARGIN_MS = 60_000;
const REVOKED = "revoked";

/** Who has been revoked, for hosts that could not be told, or start later. */
export class SharedRevocations {
  readonly #options: SharedRevocationsOptions;
  readonly #here: RevocationsHere;
  /** Up to when those by others are known, in milliseconds since 1970. */
  #knownUntil = 0;

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
    this.#knownUntil = Date.now();
  }

  /** Reads what may have been missed, and tells a Redis that has forgotten. */
  load(): void {
    this.#read(0, Math.max(0, this.#knownUntil - MARGIN_MS));
  }

  #read(from: number, since: number): void {
    this.#run("revoked", [String(since), String(from), String(PAGE)], (error, answer) => {
      if (error !== undefined) return; // it is read when Redis can be asked again
      const texts = answer as Buffer[];
      for (let at = 0; at + 1 < texts.length; at += 2) {
        this.#here.revoked(String(texts[at]), Number(texts[at + 1]), CloseCode.UNAUTHENTICATED);
      }
      if (texts.length === 2 * PAGE) this.#read(from + PAGE, since);
      else {
        this.#knownUntil = Date.now();
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
    this.#run("remember_revoked", [String(Date.now()), String(keptMs), String(most), lengthened(some)], (error) => {
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
