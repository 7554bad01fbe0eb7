import type { List } from "../../list.ts";
import { insteadOf } from "../../queued/answer.ts";
import { NOT_KEPT } from "../../queued/unkept-answers.ts";
import { SizeRanks } from "../size-ranks.ts";
import { cost, type KeptCall, type SessionCalls } from "./kept-call.ts";

/**
 * Keeps what has come of calls within a budget. Where that is used up, one of the sessions that take most of it loses its
 * oldest: first answers that its client has had, then those that wait for it, then keys. So whoever has few loses nothing,
 * whatever others do, and nobody's answers are held up. Calls that have no answer yet do not count: of each session there
 * are only so many.
 */
export class CallRoom {
  readonly #budget: number;
  readonly #forget: (call: KeptCall) => void;
  /** Sessions, by what could be let go of. */
  readonly #ranks = new SizeRanks<SessionCalls>();
  #bytes = 0;

  /** @param budget in bytes @param forget a call has to go, and is to be put into no list */
  constructor(budget: number, forget: (call: KeptCall) => void) {
    this.#budget = budget;
    this.#forget = forget;
  }

  /** What can be let go of, in bytes, roughly. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Something has come of a call.
   * @param list of its session, where it belongs now; undefined where nothing of it can be let go of
   */
  put(call: KeptCall, answer: Uint8Array | undefined, list: List<KeptCall> | undefined): void {
    const { calls } = call;
    let more = 0;
    if (call.own !== undefined) {
      call.list?.remove(call.own);
      more -= cost(call);
    }
    call.answer = answer;
    call.list = list;
    call.own = list?.append(call);
    if (list !== undefined) more += cost(call);
    this.#bytes += more;
    calls.bytes += more;
    this.#ranks.resize(calls, calls.bytes);
  }

  /** Lets go of what is beyond the budget. */
  keepWithin(): void {
    while (this.#bytes > this.#budget && this.#letGo());
  }

  /** @returns false where there is nothing to let go of */
  #letGo(): boolean {
    const { had, waiting, keys } = this.#ranks.largest ?? {};
    if (had?.first !== undefined) this.put(had.first.value, undefined, keys);
    else if (waiting?.first !== undefined) this.#replace(waiting.first.value);
    else if (keys?.first !== undefined) this.#forget(keys.first.value);
    else return false;
    return true;
  }

  /** Whoever comes for it is told that it is lost, but has what it changes of the session. */
  #replace(call: KeptCall): void {
    this.put(call, call.answer && insteadOf(call.answer, NOT_KEPT), undefined);
  }
}
