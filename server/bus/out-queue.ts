import type { Duplex } from "node:stream";

const FIRST_SIZE = 16 * 1024;
/** A buffer that grew beyond this in a burst is not kept for quiet times. */
const KEPT_SIZE = 1024 * 1024;
/**
 * Most bytes of one write. A write tells nothing before its last byte has gone: one of all that waits would make a slow
 * reader look like one that is stuck.
 */
const LARGEST_WRITE = 256 * 1024;

/**
 * The sending half of a link: frames gather in one buffer, which leaves once per turn of the event loop, or when the
 * previous one has gone, whichever comes later. Under load batches so grow by themselves.
 */
export class OutQueue {
  readonly #socket: Duplex;
  readonly #drained: () => void;
  #gathering: Buffer = Buffer.allocUnsafe(FIRST_SIZE);
  #spare: Buffer | undefined;
  #length = 0;
  #inFlight = 0;
  #scheduled = false;
  #deaf = false;
  /** Told when what was gathered before they came is the kernel's: of the buffer that gathers, and of the one that leaves. */
  #whenGone: (() => void)[] = [];
  #whenLeft: (() => void)[] = [];

  /** @param drained told after each write that is done */
  constructor(socket: Duplex, drained: () => void) {
    this.#socket = socket;
    this.#drained = drained;
    outliveReader(socket, () => {
      this.#deaf = true;
    });
  }

  /** Bytes gathered or on their way and not yet taken by the kernel. */
  get unsent(): number {
    return this.#length + this.#inFlight;
  }

  /** Whether the other side is gone, and takes nothing any more; what it said before may still be to be read. */
  get deaf(): boolean {
    return this.#deaf;
  }

  /** Makes room for `size` bytes more. Write them to `buffer` at `at`, then `commit` the new end. */
  reserve(size: number): void {
    const needed = this.#length + size;
    if (needed <= this.#gathering.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#gathering.length * 2));
    this.#gathering.copy(grown, 0, 0, this.#length);
    this.#gathering = grown;
  }

  get buffer(): Buffer {
    return this.#gathering;
  }

  get at(): number {
    return this.#length;
  }

  commit(end: number): void {
    this.#length = end;
    if (this.#scheduled || this.#inFlight > 0) return;
    this.#scheduled = true;
    setImmediate(this.flush);
  }

  /** Calls back once all that has been gathered is the kernel's, and so outlives this process; never where the socket ends before. */
  whenSent(sent: () => void): void {
    if (this.#deaf) return;
    if (this.#length > 0) this.#whenGone.push(sent);
    else if (this.#inFlight > 0) this.#whenLeft.push(sent);
    else sent();
  }

  /** Has what is gathered leave now, and not at the end of the turn, where nothing is leaving already. */
  readonly flush = (): void => {
    this.#scheduled = false;
    if (this.#inFlight > 0 || this.#length === 0 || this.#socket.destroyed) return;
    const leaving = this.#gathering;
    const length = this.#length;
    this.#gathering = this.#spare ?? Buffer.allocUnsafe(FIRST_SIZE);
    this.#spare = undefined;
    this.#length = 0;
    this.#inFlight = length;
    this.#whenLeft = this.#whenGone;
    this.#whenGone = [];
    this.#write(leaving, 0, length);
  };

  /** Writes what lies between `from` and `end`, piece by piece; the buffer is free once the last one has gone. */
  #write(leaving: Buffer, from: number, end: number): void {
    const to = Math.min(from + LARGEST_WRITE, end);
    this.#socket.write(leaving.subarray(from, to), (error) => {
      const over = this.#deaf || Boolean(error) || this.#socket.destroyed;
      this.#inFlight = over ? 0 : end - to;
      if (over) this.#length = 0;
      if (this.#inFlight > 0) this.#write(leaving, to, end);
      else {
        if (leaving.length <= KEPT_SIZE) this.#spare = leaving;
        const left = this.#whenLeft;
        this.#whenLeft = [];
        if (!over) for (const sent of left) sent();
        this.flush();
      }
      this.#drained();
    });
  }
}

/**
 * A stream that cannot write is destroyed, and with it all that the other side said last and nobody has read yet, such as
 * what a killed socket worker had settled. So a write to one that is gone counts as done: the stream ends when all is read.
 * @param gone told when the other side turned out to be gone
 */
function outliveReader(socket: Duplex, gone: () => void): void {
  const write = socket._write;
  socket._write = (chunk, encoding, done) => {
    write.call(socket, chunk, encoding, (error) => {
      const { code } = (error ?? {}) as NodeJS.ErrnoException;
      if (code !== "EPIPE" && code !== "ECONNRESET") {
        done(error);
        return;
      }
      gone();
      done();
    });
  };
}
