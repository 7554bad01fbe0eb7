/** Adds up what other hosts answer to one question. */
interface Question {
  readonly silent: Set<string>;
  sum: number;
  readonly timer: NodeJS.Timeout;
  done(sum: number, silent: ReadonlySet<string>): void;
}

/** Questions to all other hosts, each answered by a number. Who does not answer in time is not counted. */
export class Gathering {
  readonly #limitMs: number;
  readonly #questions = new Map<number, Question>();
  #last = 0;

  /** @param limitMs how long to wait for answers, in milliseconds */
  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** @param done called once with the sum, and with who has not answered; from within where there is nobody to ask */
  ask(hosts: Iterable<string>, send: (number: number) => void, done: Question["done"]): void {
    const silent = new Set(hosts);
    this.#last = (this.#last + 1) % 0x1_0000_0000;
    const number = this.#last;
    const timer = setTimeout(() => this.#end(number), this.#limitMs);
    this.#questions.set(number, { silent, sum: 0, timer, done });
    send(number);
    if (silent.size === 0) this.#end(number);
  }

  answered(number: number, host: string, count: number): void {
    const question = this.#questions.get(number);
    if (question === undefined) return;
    question.sum += count;
    question.silent.delete(host);
    if (question.silent.size === 0) this.#end(number);
  }

  /** Nobody answers any more. */
  close(): void {
    for (const number of [...this.#questions.keys()]) this.#end(number);
  }

  #end(number: number): void {
    const question = this.#questions.get(number);
    if (question === undefined) return;
    this.#questions.delete(number);
    clearTimeout(question.timer);
    question.done(question.sum, question.silent);
  }
}
