/** What other processes were asked and have yet to answer. */
export class Questions<Answer> {
  readonly #waiting = new Map<number, (answer: Answer | undefined) => void>();
  #lastReference = 0;

  /** Asks. @returns undefined where there is no answer within `limitMs` milliseconds */
  ask(limitMs: number, send: (reference: number) => void): Promise<Answer | undefined> {
    const reference = ++this.#lastReference;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.answer(reference, undefined), limitMs);
      this.#waiting.set(reference, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      send(reference);
    });
  }

  answer(reference: number, answer: Answer | undefined): void {
    this.#waiting.get(reference)?.(answer);
    this.#waiting.delete(reference);
  }

  /** There will be no answers any more. */
  giveUp(): void {
    for (const reference of [...this.#waiting.keys()]) this.answer(reference, undefined);
  }
}
