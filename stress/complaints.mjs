/** So many are enough to see what is wrong; the rest follows from these, mostly. */
const MOST = 20;

/** What was promised and not held, in words for people. */
export class Complaints {
  #texts = [];
  #told;
  #full;

  /**
   * @param told gets each one at once
   * @param full called when there are so many that going on tells nothing new
   */
  constructor(told, full) {
    this.#told = told;
    this.#full = full;
  }

  get count() {
    return this.#texts.length;
  }

  add(text) {
    this.#texts.push(text);
    if (this.#texts.length <= MOST) this.#told(text);
    if (this.#texts.length === MOST) this.#full();
  }
}
