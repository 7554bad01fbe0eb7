import { EncodeError } from "../../shared/budget.ts";
import { isRefusal } from "../../shared/codes.ts";
import { AppError, errorReply } from "../../shared/errors.ts";
import { toJson } from "../../shared/json-codec.ts";
import { Kind } from "../../shared/message.ts";
import { Claim } from "../sessions/claim.ts";
import type { Claimant, KeyClaim } from "../sessions/key-claim.ts";
import type { CallContext } from "./context.ts";
import { Encoded } from "./encoded.ts";
import { RunningCall } from "./running-call.ts";
import type { Services } from "./services.ts";

const NOTHING = new Uint8Array();

/**
 * A call with a key, which runs once however often its client asks: it is claimed before it runs, and whoever else of
 * its session comes with its key gets its answer. It goes on when its connection is gone, for its client to come back
 * to on another.
 */
export class KeyedCall extends RunningCall implements Claimant {
  readonly #services: Services;
  #claim: KeyClaim | undefined;
  #run: (() => void) | undefined;
  /** Whether it is the one that runs, and has to say how that ended. */
  #runs = false;
  /** Whether it goes on though its connection is gone. */
  #detached = false;

  constructor(context: CallContext, services: Services) {
    super(context, services);
    this.#services = services;
  }

  /** Finds out whether it is the first of its key. @param run runs the procedure then */
  claim(key: string, run: () => void): void {
    this.#run = run;
    const { sessions, claims } = this.#services;
    this.#claim = claims.claim(sessions.of(this.context.connection).id, key, this);
  }

  /** @internal */
  claimed(claim: Claim, kind: number | undefined, answer: Uint8Array): void {
    if (claim === Claim.RUN) {
      this.#runs = true;
      this.#run?.();
    } else if (claim === Claim.ANSWERED) this.#repeat(kind, answer);
    else if (claim === Claim.NOT_KEPT) {
      const text = "A call with this key has been carried out, or ended before its time; there is no answer to give.";
      this.reject(new AppError("CONFLICT", text));
    } else {
      const text = "A call with this key was running when its process died: whether it was carried out is not known.";
      this.reject(new AppError("UNAVAILABLE", text));
    }
  }

  /** @internal */
  unknown(error: AppError): void {
    this.reject(error);
  }

  override stream(): void {
    super.stream();
    // its items would go to nobody, and cannot be given again
    if (this.#detached) this.#giveUp();
  }

  override abandon(): void {
    if (this.over) return;
    // there must be a session that somebody can come back to
    const detachable = this.#runs && !this.streams && this.context.connection.session?.lasting === true;
    if (detachable && this.#claim?.detach() === true) this.#detached = true;
    else this.#giveUp();
  }

  #giveUp(): void {
    super.abandon();
    const claim = this.#ended();
    if (claim === undefined) this.#claim?.leave(this);
    else claim.forget();
  }

  protected override answer(value: unknown): void {
    const claim = this.#ended();
    if (claim === undefined || this.streams) {
      claim?.forget();
      super.answer(value);
      return;
    }
    let bytes: Uint8Array;
    let text: string | undefined;
    try {
      // at once, as an application may change what it has returned; and as without a key, whatever becomes of the bytes
      if (!this.context.connection.binary && value !== undefined && !(value instanceof Encoded)) text = toJson(value);
      bytes = value === undefined ? NOTHING : value instanceof Encoded ? value.bytes : this.#services.pack.pack(value);
    } catch (error) {
      if (text === undefined) this.#settleError(claim, error);
      else {
        // it can be said in JSON, but not kept
        claim.forget();
        super.answer(value);
      }
      return;
    }
    // the primary first: an answer that a client has must be known to it
    const send = this.#inFlightUntil(() => super.answer(value === undefined ? value : new Encoded(bytes, text)));
    claim.settle(Kind.RESULT, bytes, send);
  }

  protected override refuse(error: unknown): void {
    const claim = this.#ended();
    if (claim !== undefined) this.#settleError(claim, error);
    else {
      this.#claim?.leave(this);
      super.refuse(error);
    }
  }

  /** Its claim, where it is the one that has to say how it ended; once. */
  #ended(): KeyClaim | undefined {
    const claim = this.#runs ? this.#claim : undefined;
    this.#runs = false;
    return claim;
  }

  /** Until its answer is sent it is still in flight: who drains the connection waits for it, and its id is taken. */
  #inFlightUntil(send: () => void): () => void {
    const { connection, id } = this.context;
    connection.calls?.set(id, this);
    return () => {
      connection.calls?.delete(id);
      send();
    };
  }

  #settleError(claim: KeyClaim, error: unknown): void {
    const { pack } = this.#services;
    const [, , code, message, details] = errorReply(null, error);
    const refused = isRefusal(code) || this.context.refused;
    if (refused || this.streams) {
      super.refuse(error);
      if (refused) claim.release();
      else claim.forget();
      return;
    }
    let bytes: Uint8Array;
    try {
      bytes = pack.pack([code, message, details]);
    } catch (encoding) {
      if (!(encoding instanceof EncodeError)) throw encoding;
      bytes = pack.pack([code, message]);
    }
    const send = this.#inFlightUntil(() => super.refuse(error));
    claim.settle(Kind.ERROR, bytes, send);
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
