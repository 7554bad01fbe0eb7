/** Work that came in larger pieces than one turn of the event loop should be long. */
export interface Workload {
  /** Goes on until nothing is left, or the turn is over. @returns whether something is left */
  goOn(): boolean;
}

/** So long others may have to wait for what one client, or all together, have to say in one turn, in milliseconds. */
const TURN_MS = 10;
/** With more than this waiting, in bytes, turns are longer: what comes faster than it is done has to be held up by TCP. */
const MUCH = 4 * 1024 * 1024;
const LONG_TURN_MS = 100;
/**
 * Where there is no room for more of one client, what it says is done as it comes, so that it is held up by TCP; unless
 * little of that takes longer than this. Counted in time of the processor: another one's load is no client's fault.
 */
const LONGEST_TURN_MS = 500;
/** Bytes that may wait for a socket worker; and of one client. */
const MOST = 128 * 1024 * 1024;
const MOST_OF_ONE = 16 * 1024 * 1024;

/**
 * Sees to it that nobody has a socket worker for himself for long. A hundred bytes can inflate to a megabyte, or be a
 * batch of thousands of calls, and one read of a socket brings thousands of such frames: in one go they would be a minute
 * in which nobody else is heard. So they are done a few milliseconds at a time, everybody's in turn.
 */
export class Fairness {
  readonly #now: () => number;
  readonly #cpu: () => number;
  /** What the processor had done when this turn came to where there is no room. */
  #fullAt: number | undefined;
  /** When the work of this turn of the event loop began, as far as anybody looked. */
  #begun: number | undefined;
  #limitMs = TURN_MS;
  readonly #workloads = new Set<Workload>();
  #waiting = 0;
  /** Whether there will be a turn, or it is going on. */
  #going = false;

  /**
   * @param now milliseconds by a clock that only goes on @default performance.now
   * @param cpu milliseconds of the processor that this process has had @default process.cpuUsage
   */
  constructor(now = () => performance.now(), cpu = cpuMs) {
    this.#now = now;
    this.#cpu = cpu;
  }

  /** Whether this turn has been long enough, and all that is dear has to wait for another. */
  get over(): boolean {
    return this.#lasted > this.#limitMs;
  }

  /** Whether not even what there is no room for may be done in this turn. To be asked before each piece of that. */
  get spent(): boolean {
    // so that this turn ends
    if (this.#lasted <= this.#limitMs) return false;
    this.#fullAt ??= this.#cpu();
    return this.#cpu() - this.#fullAt > LONGEST_TURN_MS;
  }

  /** Bytes that may wait of one client: as many as are left for all, so that there is always something left. */
  get room(): number {
    return Math.max(0, Math.min(MOST_OF_ONE, MOST - this.#waiting));
  }

  /** Bytes that wait, of all clients. */
  get waiting(): number {
    return this.#waiting;
  }

  /** So many bytes more wait, or fewer. */
  waits(bytes: number): void {
    this.#waiting += bytes;
  }

  /** Has it go on when it is its turn. */
  later(workload: Workload): void {
    this.#workloads.add(workload);
    if (this.#going) return;
    this.#going = true;
    setImmediate(this.#run);
  }

  /** It has nothing to do any more. */
  forget(workload: Workload): void {
    this.#workloads.delete(workload);
  }

  /** How long this turn has been, in milliseconds. */
  get #lasted(): number {
    const now = this.#now();
    if (this.#begun !== undefined) return now - this.#begun;
    this.#begun = now;
    setImmediate(this.#end);
    return 0;
  }

  readonly #end = (): void => {
    this.#begun = this.#fullAt = undefined;
  };

  readonly #run = (): void => {
    this.#begun = this.#now();
    this.#limitMs = this.#waiting > MUCH ? LONG_TURN_MS : TURN_MS;
    try {
      // whoever comes to the end of it meanwhile waits for the next turn
      for (const workload of [...this.#workloads]) {
        this.#workloads.delete(workload);
        if (workload.goOn()) this.#workloads.add(workload);
        if (this.over) break;
      }
    } finally {
      this.#begun = this.#fullAt = undefined;
      this.#limitMs = TURN_MS;
      // one only, whoever has asked for it meanwhile: two would be a turn twice as long, and then four
      this.#going = this.#workloads.size > 0;
      if (this.#going) setImmediate(this.#run);
    }
  };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
