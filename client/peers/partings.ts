/** Whom this side may close while the server cannot be told. */
const MOST = 1_000;

/** Peers that this side has closed, until the server says that it knows: the two are no pair any more. */
export class Partings {
  readonly #tell: (id: string, again: boolean) => Promise<void>;
  readonly #untold = new Map<string, boolean>();

  /** @param tell tells the server; rejects where it may not have heard of it */
  constructor(tell: (id: string, again: boolean) => Promise<void>) {
    this.#tell = tell;
  }

  has(id: string): boolean {
    return this.#untold.has(id);
  }

  /** @param again whether this side seeks on @param now whether the server can be told now */
  add(id: string, again: boolean, now: boolean): void {
    if (this.#untold.size < MOST) this.#untold.set(id, again);
    if (now) this.#part(id, again);
  }

  /** They are a pair once more. */
  delete(id: string): void {
    this.#untold.delete(id);
  }

  /** The server is there again. */
  tell(): void {
    for (const [id, again] of this.#untold) this.#part(id, again);
  }

  #part(id: string, again: boolean): void {
    this.#tell(id, again).then(
      () => this.#untold.delete(id),
      // it is told when the server is there again
      () => {},
    );
  }
}
