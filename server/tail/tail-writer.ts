import { BusType } from "../bus/bus-type.ts";
import type { Uplink } from "../bus/uplink.ts";
import { noteLine } from "./tail-line.ts";

export interface TailWriterOptions {
  readonly uplink: Pick<Uplink, "tell" | "refusal">;
  /** The primary's number of it. */
  readonly number: number;
  /** Bytes of lines that may be on their way to whoever reads them. */
  readonly room: number;
  /** Messages that are told of at most. */
  readonly messages: number;
  /** It has ended by itself. */
  ended(): void;
}

/** Lines leave together, after so many milliseconds. */
const GATHER_MS = 20;

/**
 * A socket worker's end of a tail. It sends no more than has room where it is read; what does not fit is counted, and told
 * of when there is room again.
 */
export class TailWriter {
  readonly #options: TailWriterOptions;
  #room: number;
  #messages: number;
  #lost = 0;
  #gathered = "";
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(options: TailWriterOptions) {
    this.#options = options;
    this.#room = options.room;
    this.#messages = options.messages;
  }

  /** One message came, or went. */
  message(line: string): void {
    if (this.#over) return;
    if (!this.#fits(line)) {
      this.#lost++;
      return;
    }
    this.#add(line);
    if (--this.#messages <= 0) this.end(noteLine("limit", { messages: this.#options.messages }));
  }

  /** So many bytes of lines have been read. */
  taken(bytes: number): void {
    this.#room += bytes;
    // whoever reads again hears of it now, and not only when something comes
    if (this.#lost > 0 && !this.#over && this.#fits("")) this.#add("");
  }

  /** Something is to be said of the tail itself; the last word ends it. */
  note(line: string): void {
    if (!this.#over) this.#add(line);
  }

  /** @param line the last one; it is sent whether there is room or not */
  end(line: string): void {
    if (this.#over) return;
    this.#flush();
    this.stop();
    this.#tell(BusType.TAIL_OVER, this.#lostLine() + line);
    this.#options.ended();
  }

  /** Nobody reads it any more. */
  stop(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  #fits(line: string): boolean {
    const bytes = Buffer.byteLength(line) + Buffer.byteLength(this.#lostLine());
    return bytes <= this.#room && this.#options.uplink.refusal() === undefined;
  }

  #add(line: string): void {
    const text = this.#lostLine() + line;
    this.#lost = 0;
    this.#room -= Buffer.byteLength(text);
    this.#gathered += text;
    this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS);
  }

  #lostLine(): string {
    return this.#lost === 0 ? "" : noteLine("lost", { lines: this.#lost });
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#gathered;
    this.#gathered = "";
    if (text !== "") this.#tell(BusType.TAIL_LINES, text);
  }

  #tell(type: BusType, text: string): void {
    this.#options.uplink.tell(type, String(this.#options.number), Buffer.from(text));
  }
}
