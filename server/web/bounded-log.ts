const MOST_ENTRIES = 200;
/** Whoever is this near to the end, in pixels, is reading the end. */
const NEAR_END = 24;

/** A list that keeps its newest entries, and its end in view unless somebody scrolled up to read. */
export class BoundedLog {
  readonly #list: HTMLElement;
  readonly #most: number;

  /** @param most entries kept @default 200 */
  constructor(list: HTMLElement, most = MOST_ENTRIES) {
    this.#list = list;
    this.#most = most;
  }

  add(...entries: readonly HTMLElement[]): void {
    const list = this.#list;
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END;
    list.append(...entries.slice(-this.#most));
    while (list.childElementCount > this.#most) list.firstElementChild?.remove();
    if (atEnd) list.scrollTop = list.scrollHeight;
  }

  clear(): void {
    this.#list.replaceChildren();
  }
}
