/** Work that is over when it returns, or when what it returns resolves. It must neither throw nor reject. */
export type Work = () => Promise<void> | undefined;

/** Does work: that of one key in its order and one after the other, that of others beside it, so many at a time. */
export class Lanes {
  readonly #width: number;
  readonly #lanes = new Map<string, Work[]>();
  /** Keys whose work could go on. */
  readonly #ready: string[] = [];
  #running = 0;
  #whenIdle: (() => void)[] = [];

  /** @param width how many keys may have work that goes on at the same time */
  constructor(width: number) {
    this.#width = width;
  }

  add(key: string, work: Work): void {
    const lane = this.#lanes.get(key);
    if (lane !== undefined) {
      lane.push(work);
      return;
    }
    this.#lanes.set(key, [work]);
    this.#ready.push(key);
    this.#go();
  }

  /** Resolves when there is nothing to do. */
  idle(): Promise<void> {
    if (this.#lanes.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  #go(): void {
    while (this.#running < this.#width) {
      const key = this.#ready.shift();
      if (key === undefined) break;
      this.#run(key, this.#lanes.get(key) ?? []);
    }
    if (this.#lanes.size > 0) return;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  #run(key: string, lane: Work[]): void {
    this.#running++;
    for (let work = lane[0]; work !== undefined; work = lane[0]) {
      const result = work();
      if (result !== undefined) {
        // the others that are ready come first
        void result.then(() => {
          lane.shift();
          this.#running--;
          if (lane.length > 0) this.#ready.push(key);
          else this.#lanes.delete(key);
          this.#go();
        });
        return;
      }
      lane.shift();
    }
    this.#lanes.delete(key);
    this.#running--;
  }
}
