import { type Call, OVER, POSTED, WAITING } from "./call.ts";
import { createFifo } from "./fifo.ts";

/** The calls that are in one web worker, and which of them runs. */
export interface CallsInside {
  readonly inside: ReadonlyMap<number, Call>;
  /**
   * The one that runs, or is the next to; undefined where that is not known. Calls run in their order, each until it
   * returns: so which one does has to be told only where others have returned a promise, and may go on first.
   */
  runner(): Call | undefined;
  /** The first that has not returned: the one that runs, or will when the others let it. */
  first(): Call | undefined;
  add(call: Call): void;
  begins(id: number): void;
  waits(id: number): void;
  over(call: Call): void;
  /** Takes all out: those that have not begun, and can be posted elsewhere, and the others. */
  clear(): { unbegun: Call[]; lost: Call[] };
}

export function createCallsInside(): CallsInside {
  const all = new Map<number, Call>();
  const posted = createFifo<Call>(({ at }) => at !== POSTED);
  /** The one of which it was told that it runs. */
  let told: Call | undefined;
  /** How many have returned a promise. */
  let waiting = 0;
  const runner = () => {
    // asked in any case: what has gone elsewhere is let go of then
    const first = posted.first();
    return told ?? (waiting === 0 ? first : undefined);
  };

  return {
    inside: all,
    runner,
    first: posted.first,
    add(call) {
      call.at = POSTED;
      all.set(call.id, call);
      posted.push(call);
    },
    begins(id) {
      told = all.get(id);
    },
    waits(id) {
      const call = all.get(id);
      if (call === undefined) return;
      call.at = WAITING;
      waiting++;
      if (call === told) told = undefined;
    },
    over(call) {
      all.delete(call.id);
      if (call.at === WAITING) waiting--;
      if (call === told) told = undefined;
      call.at = OVER;
      call.worker = undefined;
    },
    clear() {
      const runs = runner();
      const unbegun: Call[] = [];
      const lost: Call[] = [];
      for (const call of all.values()) {
        const elsewhere = call.at === POSTED && call !== runs && !call.told && !call.moved;
        (elsewhere ? unbegun : lost).push(call);
      }
      for (const call of all.values()) {
        call.at = OVER;
        call.worker = undefined;
        // elsewhere its time begins anew
        call.began = false;
        call.dueAt = Infinity;
      }
      all.clear();
      return { unbegun, lost };
    },
  };
}
