/** What a client is told where it may try again. */
const AGAIN = new Set(["UNAVAILABLE", "OVERLOADED", "TIMEOUT"]);
/** What each procedure is to end in, beside that its workers crash each time. */
const ENDS = { quick: "RESULT", slow: "RESULT", tag: "RESULT", refuse: "REFUSED", fail: "INTERNAL" };
/** Who dies, or has lost Redis, may have told an answer and not said so to others: of its last moments, in milliseconds. */
const LAST_MOMENTS_MS = 1_000;

/** One call of a remote worker's procedure, and everything its client was told of it. */
export class QueuedCall {
  id;
  procedure;
  key;
  /** Its job, once it is acknowledged. */
  job;
  /** Answers of its job: `{ at, host, what }`. */
  answers = [];
  /** Whether its client was told that it was not taken, and asks no more. */
  refused = false;
  /** Where the last ask went that was neither acknowledged nor refused; undefined where there is none. */
  asking;
  /** How often it was asked for. */
  asks = 0;
  #refusal;
  #world;
  #who;
  /** What was said of it, for whoever wonders. */
  #story = [];

  constructor(world, who, id, procedure, key) {
    this.#world = world;
    this.#who = who;
    this.id = id;
    this.procedure = procedure;
    this.key = key;
  }

  get acknowledged() {
    return this.job !== undefined;
  }

  get answered() {
    return this.answers.length > 0;
  }

  /** Whether there is nothing that its client still waits for, or could. */
  get over() {
    return this.answered || this.refused;
  }

  toString() {
    return `call ${this.id} (${this.procedure}${this.key === undefined ? "" : ", with a key"}) of ${this.#who}, job ${this.job}`;
  }

  /** For people: what happened to it, and when. */
  get story() {
    return this.#story.map(({ at, text }) => `${(at / 1_000).toFixed(3)} ${text}`).join("; ");
  }

  note(text) {
    this.#story.push({ at: performance.now(), text });
  }

  asked(host) {
    this.asks++;
    this.asking = host;
    this.note(`asked of host ${host}`);
  }

  /** Its connection is lost: what was not acknowledged is unknown. */
  lost() {
    this.asking = undefined;
    this.note("connection lost");
  }

  acknowledge(job, host) {
    this.note(`ACK from host ${host}`);
    this.asking = undefined;
    if (this.job === undefined) this.#world.count("calls acknowledged");
    else if (this.job !== job) this.#complain(`was acknowledged as job ${job} as well`);
    this.job = job;
  }

  /** An ERROR has come. @returns whether it is to be asked for again */
  error(code, host) {
    const aboutAsk = this.asking !== undefined;
    if (!(aboutAsk && AGAIN.has(code))) {
      this.#answer(code, host);
      return false;
    }
    this.note(`${code} from host ${host}`);
    this.asking = undefined;
    this.#world.count(`calls not taken: ${code}`);
    this.refused = this.key === undefined;
    this.#refusal = { at: performance.now(), host };
    return !this.over;
  }

  result(value, host) {
    if (value !== this.id) this.#complain(`has the result of another one: ${JSON.stringify(value)}`);
    this.#answer("RESULT", host);
  }

  #answer(what, host) {
    this.note(`${what} from host ${host}`);
    const answer = { at: performance.now(), host, what };
    if (this.refused) this.#late(what);
    const before = this.answers.at(-1);
    if (before === undefined) this.#first(what);
    else this.#again(before, what);
    this.answers.push(answer);
  }

  /** It was refused before: whoever did so may have died before others could hear of it. */
  #late(what) {
    const { at, host } = this.#refusal;
    if (this.#world.unheard(host, at, LAST_MOMENTS_MS)) {
      this.#world.count("answers of what was refused, as nobody else could hear that it was");
      this.#world.notes.push(`${this} was refused, and answered: ${this.story}`);
    } else this.#complain(`was refused, and then answered with ${what} (harmed: ${this.#world.around(at)})`);
  }

  #first(what) {
    this.#world.count(`calls answered: ${this.procedure}, ${what}`);
    // what is looked for among the dead letters later
    if (what !== ENDS[this.procedure] && what !== "UNAVAILABLE") this.#complain(`was answered with ${what}`);
  }

  #again(before, what) {
    if (before.what !== what) this.#complain(`was answered with ${before.what}, and then with ${what}`);
    // whoever asks while the answer is on its way gets it once more
    if (this.answers.length < this.asks) this.#world.count("answers once more, as they were asked for again");
    else if (this.#world.unheard(before.host, before.at, LAST_MOMENTS_MS)) {
      this.#world.count("answers once more, as nobody else could hear that they were told");
      this.#world.notes.push(`${this} was answered once more: ${this.story}`);
    } else this.#complain(`was answered twice (harmed: ${this.#world.around(before.at)})`);
  }

  #complain(what) {
    this.#world.complain(`${this} ${what}: ${this.story}`);
  }
}
