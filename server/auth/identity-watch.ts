import { CloseCode } from "../../shared/codes.ts";
import { AppError, errorReply } from "../../shared/errors.ts";
import type { Connection } from "../connection/connection.ts";
import { type Due, DueSeconds } from "../due-seconds.ts";

/** A client is warned so long before its token expires, in milliseconds, or after half of what it has left where that is later. */
const WARNING_MS = 30_000;

/** What a connection has to do by when. */
interface Watched extends Due<Watched> {
  readonly connection: Connection;
  /** In milliseconds since 1970. */
  due: number;
  step: "say who it is" | "be warned" | "have another token";
}

export interface IdentityWatchOptions {
  /** Whether nobody may stay who does not say who he is. */
  readonly requireUser: boolean;
  /** How long one may take to do so, in milliseconds. */
  readonly timeoutMs: number;
}

/** Sees to it that connections are somebody's where they have to be, and no longer than that has been proven for. */
export class IdentityWatch {
  readonly #options: IdentityWatchOptions;
  readonly #watched = new Map<Connection, Watched>();
  readonly #seconds = new DueSeconds<Watched>((watched) => this.#look(watched));

  constructor(options: IdentityWatchOptions) {
    this.#options = options;
  }

  /** A connection is there, or has another user, or another identity. */
  look(connection: Connection): void {
    this.closed(connection);
    const { requireUser, timeoutMs } = this.#options;
    const { identity, session, user } = connection;
    if (user === undefined) {
      if (requireUser) this.#note(connection, Date.now() + timeoutMs, "say who it is");
      return;
    }
    // who the application says it is by itself is so for as long as it says so
    if (identity?.expiresAt === undefined || session?.proven === false) return;
    const left = identity.expiresAt - Date.now();
    this.#note(connection, identity.expiresAt - Math.min(WARNING_MS, left / 2), "be warned");
  }

  closed(connection: Connection): void {
    const watched = this.#watched.get(connection);
    if (watched === undefined) return;
    this.#seconds.takeBack(watched);
    this.#watched.delete(connection);
  }

  close(): void {
    this.#seconds.stop();
    this.#watched.clear();
  }

  #note(connection: Connection, due: number, step: Watched["step"]): void {
    const watched: Watched = { connection, due, step, noted: undefined };
    this.#watched.set(connection, watched);
    this.#again(watched);
  }

  #again(watched: Watched): void {
    this.#seconds.note(watched, performance.now() + watched.due - Date.now());
  }

  #look(watched: Watched): void {
    const { connection, step } = watched;
    // by the clock that tokens go by, which may have been set meanwhile
    if (watched.due > Date.now()) this.#again(watched);
    else if (step === "be warned") {
      const expiresInMs = Math.max(0, Math.round((connection.identity?.expiresAt ?? 0) - Date.now()));
      const text = "The token expires soon: another one is needed.";
      connection.send(errorReply(null, new AppError("UNAUTHENTICATED", text, { expiresInMs })));
      watched.step = "have another token";
      watched.due = connection.identity?.expiresAt ?? 0;
      this.#again(watched);
    } else {
      this.#watched.delete(connection);
      connection.close(
        CloseCode.UNAUTHENTICATED,
        step === "say who it is" ? "not authenticated in time" : "token expired",
      );
    }
  }
}
