import { BoundedLog } from "./bounded-log.ts";
import { byId, make, reachable } from "./dom.ts";
import { formatDuration, formatError, formatJson } from "./text.ts";

/** Items kept to be drawn; of a fast stream only the newest are ever seen. */
const MOST_PENDING = 200;

/** Where a call's answer is shown: a line of words, the items of a stream as they come, the value. */
export class AnswerView {
  readonly #root = byId("answer", HTMLElement);
  readonly #line = byId("answer-line", HTMLElement);
  readonly #items = new BoundedLog(reachable(byId("answer-items", HTMLElement)));
  readonly #value = reachable(byId("answer-value", HTMLElement));
  #pending: unknown[] = [];
  #count = 0;
  #frame = 0;
  #started = 0;

  begin(name: string): void {
    cancelAnimationFrame(this.#frame);
    this.#pending = [];
    this.#count = 0;
    this.#frame = 0;
    this.#started = performance.now();
    this.#items.clear();
    this.#value.textContent = "";
    this.#say("busy", `${name} is running …`);
  }

  /** Shown with the next frame the browser draws: a stream may bring thousands between two. */
  item(item: unknown): void {
    this.#count++;
    this.#pending.push(item);
    if (this.#pending.length > MOST_PENDING) this.#pending.shift();
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  succeed(value: unknown): void {
    const took = this.#end();
    const text = formatJson(value, 2);
    this.#value.textContent = this.#count === 0 ? text : `returned ${text}`;
    this.#say("done", this.#count === 0 ? `answered in ${took}` : `${this.#counted()} and an answer in ${took}`);
  }

  fail(error: unknown): void {
    const took = this.#end();
    this.#say("failed", formatError(error));
    if (this.#count > 0) this.#value.textContent = `after ${this.#counted()} in ${took}`;
  }

  #end(): string {
    const took = formatDuration(performance.now() - this.#started);
    cancelAnimationFrame(this.#frame);
    this.#draw();
    return took;
  }

  #draw(): void {
    this.#frame = 0;
    if (this.#pending.length === 0) return;
    this.#items.add(...this.#pending.map((item) => make("li", "", formatJson(item))));
    this.#pending = [];
    this.#say("busy", `${this.#counted()} so far …`);
  }

  #counted(): string {
    return `${this.#count.toLocaleString("en")} ${this.#count === 1 ? "item" : "items"}`;
  }

  #say(state: "busy" | "done" | "failed", text: string): void {
    this.#root.dataset.state = state;
    this.#line.textContent = text;
  }
}
