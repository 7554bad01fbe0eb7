import { EncodeError } from "../../shared/budget.ts";
import { AppError, errorReply } from "../../shared/errors.ts";
import { Kind } from "../../shared/message.ts";
import { Claim } from "../sessions/claim.ts";
import type { Claimant } from "../sessions/claims.ts";
import type { CallContext } from "./context.ts";
import { Encoded } from "./encoded.ts";
import { RunningCall } from "./running-call.ts";
import type { Services } from "./services.ts";

const NOTHING = new Uint8Array();
/** A procedure that answers so has refused, and done nothing: the same call may be tried again. */
const REFUSALS: ReadonlySet<string> = new Set(["OVERLOADED", "RATE_LIMITED"]);

/**
 * A call with a key, which runs once however often its client asks: it is claimed before it runs, and whoever else of
 * its session comes with its key gets its answer. It goes on when its connection is gone, for its client to come back
 * to on another.
 */
export class KeyedCall extends RunningCall implements Claimant {
  readonly #services: Services;
  readonly #session: string;
  readonly #key: string;
  #run: (() => void) | undefined;
  /** Whether it is the one that runs, and has to say how that ended. */
  #runs = false;
  /** Whether it goes on though its connection is gone. */
  #detached = false;

  constructor(context: CallContext, key: string, services: Services) {
    super(context, services);
    this.#services = services;
    this.#session = services.sessions.of(context.connection).id;
    this.#key = key;
  }

  /** Finds out whether it is the first of its key. @param run runs the procedure then */
  claim(run: () => void): void {
    this.#run = run;
    this.#services.claims.claim(this.#session, this.#key, this);
  }

  /** @internal */
  claimed(claim: Claim, kind: number | undefined, answer: Uint8Array): void {
    if (claim === Claim.RUN) {
      if (!this.wanted) this.#services.claims.release(this.#session, this.#key);
      else {
        this.#runs = true;
        this.#run?.();
      }
    } else if (!this.wanted) return;
    else if (claim === Claim.ANSWERED) this.#repeat(kind, answer);
    else if (claim === Claim.NOT_KEPT) {
      this.reject(new AppError("CONFLICT", "A call with this key has been carried out, but its answer was not kept."));
    } else {
      const text = "A call with this key was running when its process died: whether it was carried out is not known.";
      this.reject(new AppError("UNAVAILABLE", text));
    }
  }

  /** @internal */
  unknown(error: AppError): void {
    if (this.wanted) this.reject(error);
  }

  override abandon(): void {
    // nobody can come back to a session without a secret
    const { session } = this.context.connection;
    if (this.#runs && !this.streams && session?.secret !== undefined && this.#services.claims.detach()) {
      this.#detached = true;
      return;
    }
    super.abandon();
    // the items that went to nobody cannot be given again
    if (this.#runs && !this.over) this.#services.claims.forget(this.#session, this.#key);
  }

  protected override answer(value: unknown): void {
    if (!this.#runs) {
      super.answer(value);
      return;
    }
    if (this.streams) {
      this.#services.claims.forget(this.#session, this.#key);
      super.answer(value);
      return;
    }
    let bytes: Uint8Array;
    try {
      bytes = value === undefined ? NOTHING : value instanceof Encoded ? value.bytes : this.#services.pack.pack(value);
    } catch (error) {
      this.refuse(error);
      return;
    }
    // the primary first: an answer that a client has must be known to it
    const send = this.#inFlightUntil(() => super.answer(value === undefined ? value : new Encoded(bytes)));
    this.#services.claims.settle(this.#session, this.#key, Kind.RESULT, bytes, send);
  }

  protected override refuse(error: unknown): void {
    if (this.#runs)
      this.#settleError(
        error,
        this.#inFlightUntil(() => super.refuse(error)),
      );
    else super.refuse(error);
  }

  /** Until its answer is sent it is still in flight: who drains the connection waits for it, and its id is taken. */
  #inFlightUntil(send: () => void): () => void {
    if (this.#detached) this.#services.claims.attached();
    const { connection, id } = this.context;
    connection.calls?.set(id, this);
    return () => {
      connection.calls?.delete(id);
      send();
    };
  }

  #settleError(error: unknown, settled: () => void): void {
    const { claims, pack } = this.#services;
    const [, , code, message, details] = errorReply(null, error);
    if (REFUSALS.has(code) || this.streams) {
      if (REFUSALS.has(code)) claims.release(this.#session, this.#key);
      else claims.forget(this.#session, this.#key);
      settled();
    } else {
      let bytes: Uint8Array;
      try {
        bytes = pack.pack([code, message, details]);
      } catch (encoding) {
        if (!(encoding instanceof EncodeError)) throw encoding;
        bytes = pack.pack([code, message]);
      }
      claims.settle(this.#session, this.#key, Kind.ERROR, bytes, settled);
    }
  }

  /** Gives the answer of the one that ran. */
  #repeat(kind: number | undefined, answer: Uint8Array): void {
    if (kind === Kind.RESULT) this.resolve(answer.length === 0 ? undefined : new Encoded(answer));
    else {
      const [code, message, details] = this.#services.pack.unpack(answer) as [string, string, unknown];
      this.reject(new AppError(code, message, details ?? undefined));
    }
  }
}
