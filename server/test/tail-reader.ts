import { onTestFinished } from "vitest";
import type { Cluster } from "./cluster.ts";

/** A line of a tail: a message, or a note. */
export type TailLine = Readonly<Record<string, unknown>>;

/** What a tail of the control port tells, line by line. */
export class TailReader {
  readonly status: number;
  readonly type: string | null;
  readonly #body: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly #abort: AbortController;
  readonly #lines: TailLine[] = [];
  #rest = "";

  private constructor(response: Response, abort: AbortController) {
    this.status = response.status;
    this.type = response.headers.get("content-type");
    this.#body = response.body?.getReader();
    this.#abort = abort;
    onTestFinished(() => this.leave());
  }

  static async open(cluster: Cluster, query: string): Promise<TailReader> {
    const abort = new AbortController();
    const url = `http://127.0.0.1:${cluster.controlPort}/tail?${query}`;
    return new TailReader(await fetch(url, { signal: abort.signal }), abort);
  }

  /** The next line; undefined where there are no more. */
  async next(): Promise<TailLine | undefined> {
    while (this.#lines.length === 0) {
      const { done, value } = (await this.#body?.read()) ?? { done: true };
      if (done) return undefined;
      const parts = (this.#rest + Buffer.from(value as Uint8Array).toString()).split("\n");
      this.#rest = parts.pop() ?? "";
      this.#lines.push(...parts.map((part) => JSON.parse(part) as TailLine));
    }
    return this.#lines.shift();
  }

  async take(count: number): Promise<TailLine[]> {
    const lines: TailLine[] = [];
    while (lines.length < count) {
      const line = await this.next();
      if (line === undefined) throw new Error(`The tail ended after ${JSON.stringify(lines)}`);
      lines.push(line);
    }
    return lines;
  }

  /** All that is left. */
  async rest(): Promise<TailLine[]> {
    const lines: TailLine[] = [];
    for (let line = await this.next(); line !== undefined; line = await this.next()) lines.push(line);
    return lines;
  }

  /** Goes, in the middle of it. */
  leave(): void {
    this.#abort.abort();
  }
}
