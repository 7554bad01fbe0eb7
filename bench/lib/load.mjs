// Load on something that is asked and answers: as much as it takes, one after the other, or at a pace.
import { setTimeout as sleep } from "node:timers/promises";

const PACE_MS = 1;
/** How long what is under way may take until it is there, in milliseconds. */
const END_MS = 30_000;

/**
 * So many questions at a time at most, each in a slot of its own.
 *
 * @param send asks once in each of the slots it is given; `answered(slot)` is called when that is answered
 */
export class Load {
  #free;
  #began;
  #send;
  #answers = 0;
  #took = () => undefined;
  #again = false;
  #due = [];
  #idle;

  constructor(slots, send) {
    this.#free = Array.from({ length: slots }, (_, slot) => slot);
    this.#began = new Float64Array(slots);
    this.#send = send;
  }

  /** How many are under way. */
  get running() {
    return this.#began.length - this.#free.length;
  }

  answered(slot) {
    this.#answers++;
    this.#took(performance.now() - this.#began[slot]);
    this.#free.push(slot);
    if (this.#again) {
      this.#due.push(1);
      if (this.#due.length === 1) setImmediate(() => this.#ask(this.#due.splice(0).length));
    } else if (this.running === 0) this.#idle?.();
  }

  /** Asks again as soon as there is an answer, in all slots. @returns answers a second */
  async most(ms) {
    this.#again = true;
    this.#ask(this.#free.length);
    const [start, before] = [performance.now(), this.#answers];
    await sleep(ms);
    const rate = ((this.#answers - before) * 1_000) / (performance.now() - start);
    await this.#end();
    return rate;
  }

  /** One after the other. @returns how long each took, in milliseconds */
  async oneByOne(ms) {
    const times = [];
    this.#took = (time) => times.push(time);
    this.#again = true;
    this.#ask(1);
    await sleep(ms);
    await this.#end();
    return times;
  }

  /** So many a second, whether those before are answered or not, as long as there are slots. @returns the same */
  async paced(perSecond, ms) {
    const times = [];
    this.#took = (time) => times.push(time);
    const start = performance.now();
    let asked = 0;
    for (let now = start; now < start + ms; now = performance.now()) {
      const due = Math.floor(((now - start) * perSecond) / 1_000) - asked;
      asked += due;
      this.#ask(Math.min(due, this.#free.length));
      await sleep(PACE_MS);
    }
    await this.#end();
    return times;
  }

  #ask(count) {
    if (!this.#again && count === 0) return;
    const slots = this.#free.splice(0, Math.min(count, this.#free.length));
    const now = performance.now();
    for (const slot of slots) this.#began[slot] = now;
    this.#send(slots);
  }

  async #end() {
    this.#again = false;
    if (this.running > 0) {
      const idle = new Promise((resolve) => {
        this.#idle = resolve;
      });
      const late = sleep(END_MS, "late", { ref: false });
      if ((await Promise.race([idle, late])) === "late") throw new Error(`${this.running} were never answered.`);
    }
    this.#took = () => undefined;
  }
}
