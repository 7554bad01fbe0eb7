import { CloseCode } from "../../../shared/codes.ts";
import type { AppError } from "../../../shared/errors.ts";
import { HostTopic } from "../../redis/host-topic.ts";
import { Gathering } from "./gathering.ts";
import { SESSION_SCRIPT } from "./session-script.ts";
import { REFRESH_MS } from "./session-scripts.ts";
import type { Shared } from "./shared.ts";
import { Ask, answerBytes, questionBytes, readAnswer, readQuestion, readRevocation } from "./user-messages.ts";

/** What each host does for the others. */
export interface UsersHere {
  /** Whatever of a user was made before a time is good no more, and its sessions end. Returns how many these are. */
  revoked(user: string, time: number, code: number): number;
  /** Ends a session, and returns how many that are. */
  end(session: string, code: number): number;
  /** Tells the connections of a user. Returns how many there are. */
  tell(user: string, data: Uint8Array): number;
}

export interface SharedUsersOptions extends Shared {
  /** How long a session without a connection is kept, in milliseconds. */
  readonly windowMs: number;
  /** How long revocations are remembered, in milliseconds. */
  readonly keptMs: number;
  /** How many are, at most. */
  readonly most: number;
}

/** How long to wait for other hosts, in milliseconds. */
const ANSWER_MS = 2_000;
/** Revocations that are read at a time. */
const PAGE = 1_000;
/** Clocks of hosts differ, and so much may have been under way when Redis could be asked last, in milliseconds. */
const MARGIN_MS = 60_000;
/** Revocations that Redis has yet to hear of, at most. */
const MOST_UNTOLD = 100_000;
const NOTHING = new Uint8Array();
const REVOKED = "revoked";

/** What concerns a user's connections and sessions at other hosts, and at those that are gone. */
export class SharedUsers {
  readonly #options: SharedUsersOptions;
  /** What is asked of other hosts. */
  readonly #gathering = new Gathering(ANSWER_MS);
  /** By user or session, what could not be told: it is when Redis can be asked. */
  readonly #untold = new Map<string, () => void>();
  #here: UsersHere | undefined;
  /** Up to when revocations by others are known, in milliseconds since 1970. */
  #knownUntil = 0;

  constructor(options: SharedUsersOptions) {
    this.#options = options;
    const { redis } = options;
    redis.listen(HostTopic.USER_REVOKED, (data) => this.#revoked(data));
    redis.listen(HostTopic.USER_ASKED, (data) => this.#asked(data));
    redis.listen(HostTopic.USER_ANSWERED, (data) => {
      const [number, count, host] = readAnswer(data);
      this.#gathering.answered(number, host, count);
    });
  }

  /** From now on this is what others are answered with. */
  serve(here: UsersHere): void {
    this.#here = here;
    this.#options.redis.watch({
      up: () => {
        const untold = [...this.#untold.values()];
        this.#untold.clear();
        for (const again of untold) again();
        this.#load(0, Math.max(0, this.#knownUntil - MARGIN_MS));
      },
      down: () => {
        this.#knownUntil = Date.now();
      },
    });
  }

  /**
   * A user is revoked, which this host has done already.
   * @param done told how many sessions ended elsewhere, as far as can be known in time; called once
   */
  revokeUser(user: string, time: number, code: number, done: (ended: number) => void): void {
    const { redis, keptMs, most } = this.#options;
    const tell = (number: number, told: (error: AppError | undefined) => void): void => {
      const args = [user, String(time), String(code), String(number), redis.host, String(keptMs), String(most)];
      redis.run(SESSION_SCRIPT, REVOKED, "revoke", args, told);
    };
    const again = (error: AppError | undefined): void => {
      if (error !== undefined) this.#tellLater(`u ${user}`, () => this.revokeUser(user, time, code, () => undefined));
    };
    const others = redis.isUp ? this.#others() : [];
    this.#gathering.ask(
      others,
      (number) => tell(others.length === 0 ? 0 : number, again),
      (ended) => this.#endLost(user, code, (lost) => done(ended + lost)),
    );
  }

  /**
   * Ends a session wherever it is.
   * @param done told whether there was one at another host, or at one that is gone; called once
   */
  revokeSession(id: string, code: number, done: (ended: number) => void): void {
    this.#over(id, code, "", "", (error, ended) => {
      if (error) this.#tellLater(`s ${id}`, () => this.revokeSession(id, code, () => undefined));
      // one that nobody can go on with is known to its host alone
      if (ended > 0) done(ended);
      else this.#askOthers(Ask.END, id, code, NOTHING, done);
    });
  }

  /** Tells the connections of a user at other hosts. @param done told how many these are; called once */
  tell(user: string, data: Uint8Array, done: (count: number) => void): void {
    this.#askOthers(Ask.TELL, user, 0, data, done);
  }

  close(): void {
    this.#gathering.close();
  }

  #others(): string[] {
    const { redis, hosts } = this.#options;
    return [...hosts.alive.keys()].filter((host) => host !== redis.host);
  }

  #askOthers(ask: Ask, name: string, code: number, data: Uint8Array, done: (sum: number) => void): void {
    const { redis } = this.#options;
    const others = redis.isUp ? this.#others() : [];
    const send = (number: number): void =>
      redis.tell("*", HostTopic.USER_ASKED, questionBytes({ ask, number, code, origin: redis.host, name, data }));
    if (others.length === 0) done(0);
    else this.#gathering.ask(others, send, done);
  }

  /** Ends those sessions of a user that no living host has. */
  #endLost(user: string, code: number, done: (ended: number) => void): void {
    const { redis, hosts } = this.#options;
    redis.run(SESSION_SCRIPT, user, "sessions_of", [user], (error, answer) => {
      const ids = error === undefined ? (answer as Buffer[]) : [];
      const alive = [...hosts.alive.keys()].join(" ");
      let [left, ended] = [ids.length, 0];
      if (left === 0) done(0);
      for (const id of ids) {
        this.#over(id.toString(), code, user, alive, (_, count) => {
          left--;
          ended += count;
          if (left === 0) done(ended);
        });
      }
    });
  }

  #over(id: string, code: number, user: string, alive: string, done: (failed: boolean, ended: number) => void): void {
    const { redis, windowMs } = this.#options;
    // for as long as any host may have it without having heard
    const args = [id, String(windowMs + 2 * REFRESH_MS), String(code), user, alive];
    redis.run(SESSION_SCRIPT, id, "over", args, (error, ended) => {
      done(error !== undefined, error === undefined ? (ended as number) : 0);
    });
  }

  #tellLater(name: string, again: () => void): void {
    if (this.#untold.size < MOST_UNTOLD) this.#untold.set(name, again);
  }

  #revoked(data: Buffer): void {
    const { redis } = this.#options;
    const { user, time, code, origin, number } = readRevocation(data);
    if (origin === redis.host) return;
    const ended = this.#here?.revoked(user, time, code) ?? 0;
    if (number !== 0) redis.tell(origin, HostTopic.USER_ANSWERED, answerBytes(number, ended, redis.host));
  }

  #asked(data: Buffer): void {
    const { redis } = this.#options;
    const { ask, number, code, origin, name, data: told } = readQuestion(data);
    if (origin === redis.host || this.#here === undefined) return;
    const count = ask === Ask.TELL ? this.#here.tell(name, told) : this.#here.end(name, code);
    redis.tell(origin, HostTopic.USER_ANSWERED, answerBytes(number, count, redis.host));
  }

  /** Reads who was revoked from a time on, a page after the other. */
  #load(from: number, since: number): void {
    const args = [String(since), String(from), String(PAGE)];
    this.#options.redis.run(SESSION_SCRIPT, REVOKED, "revoked", args, (error, answer) => {
      if (error !== undefined) return; // it is read when Redis can be asked again
      const texts = answer as Buffer[];
      for (let at = 0; at + 1 < texts.length; at += 2) {
        this.#here?.revoked(String(texts[at]), Number(texts[at + 1]), CloseCode.UNAUTHENTICATED);
      }
      if (texts.length === 2 * PAGE) this.#load(from + PAGE, since);
      else this.#knownUntil = Date.now();
    });
  }
}
