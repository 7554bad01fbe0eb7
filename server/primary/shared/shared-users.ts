import type { AppError } from "../../../shared/errors.ts";
import { HostTopic } from "../../redis/host-topic.ts";
import { Gathering } from "./gathering.ts";
import { SESSION_SCRIPT } from "./session-script.ts";
import { REFRESH_MS } from "./session-times.ts";
import type { Shared } from "./shared.ts";
import { type RevocationsHere, SharedRevocations, type SharedRevocationsOptions } from "./shared-revocations.ts";
import { Ask, answerBytes, questionBytes, readAnswer, readQuestion, readRevocation } from "./user-messages.ts";

/** What each host does for the others. */
export interface UsersHere extends RevocationsHere {
  /** Ends a session, and returns how many that are. */
  end(session: string, code: number): number;
  /** Tells the connections of a user. Returns how many there are. */
  tell(user: string, data: Uint8Array): number;
}

export interface SharedUsersOptions extends Shared, SharedRevocationsOptions {
  /** How long a session without a connection is kept, in milliseconds. */
  readonly windowMs: number;
}

/** How long to wait for other hosts, in milliseconds. */
const ANSWER_MS = 2_000;
/** Revocations that Redis has yet to hear of, at most. */
const MOST_UNTOLD = 100_000;
const NOTHING = new Uint8Array();

/** What concerns a user's connections and sessions at other hosts, and at those that are gone. */
export class SharedUsers {
  readonly #options: SharedUsersOptions;
  /** What is asked of other hosts. */
  readonly #gathering = new Gathering(ANSWER_MS);
  /** By user or session, what could not be told: it is when Redis can be asked. */
  readonly #untold = new Map<string, () => void>();
  #here: UsersHere | undefined;
  #revocations: SharedRevocations | undefined;

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
    const { redis, hosts } = this.#options;
    const revocations = new SharedRevocations(this.#options, here);
    this.#here = here;
    this.#revocations = revocations;
    redis.watch({
      up: () => {
        const untold = [...this.#untold.values()];
        this.#untold.clear();
        for (const again of untold) again();
        revocations.load();
      },
      down: () => revocations.down(),
    });
    hosts.onDeclaredDead(() => revocations.load());
  }

  /**
   * A user is revoked, which this host has done already.
   * @param done told how many sessions ended elsewhere, as far as can be known in time; called once
   */
  revokeUser(user: string, time: number, code: number, done: (ended: number) => void): void {
    const { redis } = this.#options;
    const again = (error: AppError | undefined): void => {
      if (error !== undefined) this.#tellLater(`u ${user}`, () => this.revokeUser(user, time, code, () => undefined));
    };
    const others = redis.isUp ? this.#others() : [];
    // read at once: whoever logs in after this is good
    const ids = this.#sessionsOf(user);
    this.#gathering.ask(
      others,
      (number) => this.#revocations?.tell(user, time, code, others.length === 0 ? 0 : number, again),
      (ended, silent) => {
        const counted = new Set([redis.host, ...others.filter((host) => !silent.has(host))]);
        void ids.then((all) => this.#endAll(all, user, code, counted, (lost) => done(ended + lost)));
      },
    );
  }

  /**
   * Ends a session wherever it is.
   * @param done told whether there was one at another host, or at one that is gone; called once
   */
  revokeSession(id: string, code: number, done: (ended: number) => void): void {
    this.#over(id, code, "", (error, holder) => {
      if (error) this.#tellLater(`s ${id}`, () => this.revokeSession(id, code, () => undefined));
      // one that nobody can go on with is known to its host alone
      if (holder !== undefined) done(1);
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

  /** Ids of the sessions of a user; none where Redis cannot be asked, and then they are ended when it can. */
  #sessionsOf(user: string): Promise<readonly string[]> {
    return new Promise((resolve) => {
      this.#options.redis.run(SESSION_SCRIPT, user, "sessions_of", [user], (error, answer) => {
        resolve(error === undefined ? (answer as Buffer[]).map(String) : []);
      });
    });
  }

  /**
   * Ends what is left of a user's sessions. Hosts have ended theirs, but for those that are dead, be it known or not, and for
   * sessions that are just on their way from one host to another: of those, hosts are told now.
   * @param counted hosts that have said how many they ended
   */
  #endAll(
    ids: readonly string[],
    user: string,
    code: number,
    counted: ReadonlySet<string>,
    done: (ended: number) => void,
  ): void {
    let [left, ended] = [ids.length, 0];
    if (left === 0) done(0);
    for (const id of ids) {
      this.#over(id, code, user, (failed, holder) => {
        if (failed) this.#tellLater(`u ${user} ${id}`, () => this.#over(id, code, user, () => undefined));
        if (holder !== undefined && !counted.has(holder)) ended++;
        left--;
        if (left === 0) done(ended);
      });
    }
  }

  #over(id: string, code: number, user: string, done: (failed: boolean, holder: string | undefined) => void): void {
    const { redis, windowMs } = this.#options;
    // for as long as any host may have it without having heard
    const args = [id, String(windowMs + 2 * REFRESH_MS), String(code), user];
    redis.run(SESSION_SCRIPT, id, "over", args, (error, holder) => {
      done(error !== undefined, error === undefined && holder !== null ? String(holder) : undefined);
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
}
