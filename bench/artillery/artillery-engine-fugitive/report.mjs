import { StepError, UnexpectedError } from "./errors.mjs";

/** Characters of a name that metrics are called by. */
const LONGEST_NAME = 80;
/** Codes of errors that are counted each for itself: they come from the server, which may think of any number of them. */
const MOST_CODES = 50;
/** Failures that are told of on the console, of each of Artillery's workers; all are counted. */
const MOST_TOLD = 10;
/** Characters of such a line. */
const LONGEST_LINE = 500;
/** What thresholds may be about has to be there where it never happened, too. */
const ZEROS = ["calls", "retries", "errors", "expect.passed", "expect.failed", "connect.failed", "reconnects", "gaps"];

/** What virtual users tell of themselves, as metrics of Artillery. */
export class Report {
  #events;
  #say;
  #codes = new Set();
  #told = 0;

  /** @param events Artillery's @param say tells people */
  constructor(events, say) {
    this.#events = events;
    this.#say = say;
    for (const name of ZEROS) this.count(name, 0);
  }

  started() {
    this.#events.emit("started");
  }

  count(name, by = 1) {
    this.#events.emit("counter", `fugitive.${name}`, by);
  }

  /** @param ms milliseconds */
  took(name, ms) {
    this.#events.emit("histogram", `fugitive.${name}`, ms);
  }

  call(name, ms) {
    this.count("calls");
    this.#events.emit("rate", "fugitive.call_rate");
    this.took(`call.${name}.ms`, ms);
  }

  /** An error, be it that of a step, which ends its user, or one that nobody waits for. */
  error(error) {
    const cause = error instanceof StepError ? error.cause : error;
    const expected = cause instanceof UnexpectedError && cause.code === "EXPECTATION";
    this.count(expected ? "expect.failed" : "errors");
    this.#events.emit("error", this.#code(cause));
    this.#told++;
    if (this.#told <= MOST_TOLD) this.#say(`fugitive: ${plainLine(String(error?.message ?? error))}`);
    if (this.#told === MOST_TOLD) this.#say("fugitive: what else fails is counted, and not told of");
  }

  #code(error) {
    const code = metricName(String(error?.code ?? error?.name ?? "ERROR"));
    if (!this.#codes.has(code)) {
      if (this.#codes.size >= MOST_CODES) return "OTHER";
      this.#codes.add(code);
    }
    return code;
  }
}

/** A name that all of Artillery's reports take. */
export function metricName(text) {
  return text.replace(/[^\w.$:/-]+/g, "_").slice(0, LONGEST_NAME);
}

/** A line for a terminal, with nothing in it that a terminal obeys: what is said of an error may be the server's words. */
function plainLine(text) {
  return text.slice(0, LONGEST_LINE).replace(/\p{Cc}+/gu, " ");
}
