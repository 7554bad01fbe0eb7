/** 32-bit words of one slot. */
const WORDS = 4;
/** Id of the order that is to stop. */
const CANCELLED = 0;
/** Bytes of the stream's items that the caller has taken, modulo 2³². */
const TAKEN = 1;
/** Grows with each change of the others: what waits, waits for this one. */
const CHANGES = 2;

/** How often a thread that waits looks by itself, in milliseconds; it is woken at once, so this is but a safety net. */
const LOOK_MS = 1_000;

/**
 * What the compute host tells its threads while these are busy: in shared memory, so that also a loop that never waits
 * can see it. A slot belongs to one running order; its id makes sure that nobody takes another's cancellation for his.
 */
export class SignalBoard {
  /** To be handed to the threads. */
  readonly words: Int32Array;

  constructor(words: Int32Array) {
    this.words = words;
  }

  static ofSlots(slots: number): SignalBoard {
    return new SignalBoard(new Int32Array(new SharedArrayBuffer(slots * WORDS * Int32Array.BYTES_PER_ELEMENT)));
  }

  /** Host: a new order gets this slot. */
  begin(slot: number): void {
    Atomics.store(this.words, slot * WORDS + TAKEN, 0);
  }

  /** Host: nobody waits for this order any more. */
  cancel(slot: number, id: number): void {
    Atomics.store(this.words, slot * WORDS + CANCELLED, id);
    this.wake(slot);
  }

  /** Host: the caller has taken so many bytes more. */
  take(slot: number, bytes: number): void {
    Atomics.add(this.words, slot * WORDS + TAKEN, bytes);
    this.wake(slot);
  }

  /** Lets whoever waits for a change of this slot look again. */
  wake(slot: number): void {
    Atomics.add(this.words, slot * WORDS + CHANGES, 1);
    Atomics.notify(this.words, slot * WORDS + CHANGES);
  }

  /** Thread: whether this order is to stop. */
  isCancelled(slot: number, id: number): boolean {
    return Atomics.load(this.words, slot * WORDS + CANCELLED) === id;
  }

  /** Thread: of `sent` bytes, how many the caller has yet to take. */
  untaken(slot: number, sent: number): number {
    return (sent - Atomics.load(this.words, slot * WORDS + TAKEN)) | 0;
  }

  /** Thread: what `block` and `change` wait to be no longer true. Read it before looking at the rest. */
  changes(slot: number): number {
    return Atomics.load(this.words, slot * WORDS + CHANGES);
  }

  /** Thread: waits for a change, and lets nothing else run meanwhile. */
  block(slot: number, seen: number): void {
    Atomics.wait(this.words, slot * WORDS + CHANGES, seen, LOOK_MS);
  }

  /** Thread: the same without standing still. */
  async change(slot: number, seen: number): Promise<void> {
    const waiting = Atomics.waitAsync(this.words, slot * WORDS + CHANGES, seen);
    if (waiting.async) await waiting.value;
  }
}
