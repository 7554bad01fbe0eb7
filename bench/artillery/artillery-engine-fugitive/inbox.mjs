/** Publications that may wait until a step asks for them; beyond, the oldest go. */
const LIMIT = 1_000;

/** What has come on a channel and was not asked for yet. */
export class Inbox {
  #waiting = [];
  #wake;

  push(publication) {
    this.#waiting.push(publication);
    if (this.#waiting.length > LIMIT) this.#waiting.shift();
    this.#wake?.();
  }

  /**
   * Takes publications until there are enough of those that are wanted; others are thrown away.
   *
   * @returns how many there were, and the last of them: fewer than `count` where that takes longer than `timeoutMs`
   */
  async take(count, wanted, timeoutMs) {
    const until = performance.now() + timeoutMs;
    let got = 0;
    let last;
    for (;;) {
      while (this.#waiting.length > 0 && got < count) {
        const publication = this.#waiting.shift();
        if (!wanted(publication)) continue;
        last = publication;
        got++;
      }
      const left = until - performance.now();
      if (got === count || left <= 0) return { got, last };
      await this.#arrival(left);
    }
  }

  #arrival(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
