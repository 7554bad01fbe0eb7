import type { AppError } from "../../shared/errors.ts";
import type { Kind } from "../../shared/message.ts";
import { type BusFrame, BusType } from "../bus/bus-frame.ts";
import type { Uplink } from "../bus/uplink.ts";
import { Claim } from "./claim.ts";

/** Told where a call stands, with the kind and the bytes of its answer where there is one; or why that cannot be known. */
export interface Claimant {
  claimed(claim: Claim, kind: number | undefined, answer: Uint8Array): void;
  unknown(error: AppError): void;
}

/** Calls of one socket worker that may go on at once though nobody is there to hear their answer. */
const MOST_DETACHED = 10_000;

/** How socket workers see to it that a call with a key runs once: the primary knows of it before it runs. */
export class Claims {
  readonly #uplink: Uplink;
  #detached = 0;

  constructor(uplink: Uplink) {
    this.#uplink = uplink;
  }

  /** Asks whether a call may run. Who is told RUN, and nobody else, has to settle it. */
  claim(session: string, key: string, claimant: Claimant): void {
    this.#uplink.ask(BusType.CLAIM, `${session} ${key}`, undefined, (error, frame) => {
      if (error !== undefined) claimant.unknown(error);
      else if (frame !== undefined) read(frame, claimant);
    });
  }

  /** A call is over: whoever asks again gets its answer, of this kind. `settled` is called when that holds whatever happens here. */
  settle(
    session: string,
    key: string,
    kind: typeof Kind.RESULT | typeof Kind.ERROR,
    answer: Uint8Array,
    settled: () => void,
  ): void {
    const data = new Uint8Array(2 + answer.length);
    data[0] = Claim.ANSWERED;
    data[1] = kind;
    data.set(answer, 2);
    this.#tell(session, key, data);
    this.#uplink.whenTold(settled);
  }

  /** A call goes on without its connection. Returns false where too many do so already. */
  detach(): boolean {
    if (this.#detached >= MOST_DETACHED) return false;
    this.#detached++;
    return true;
  }

  /** Such a call is over. */
  attached(): void {
    this.#detached--;
  }

  /** A call is over, and its answer is none that could be given again. */
  forget(session: string, key: string): void {
    this.#tell(session, key, Uint8Array.of(Claim.NOT_KEPT));
  }

  /** A call was refused before it did anything, so that it may be tried again. */
  release(session: string, key: string): void {
    this.#tell(session, key, Uint8Array.of(Claim.RUN));
  }

  #tell(session: string, key: string, settlement: Uint8Array): void {
    this.#uplink.tell(BusType.SETTLE, `${session} ${key}`, settlement);
  }
}

function read({ data }: BusFrame, claimant: Claimant): void {
  claimant.claimed(data[0] as Claim, data[1], data.subarray(2));
}
