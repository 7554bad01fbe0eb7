import type { ConnectionFacts } from "../control/control-questions.ts";

export type { ConnectionFacts };

/** Something that the control port can be asked: what `curl` would say. */
export interface ControlRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Without the question mark. @default none */
  readonly query?: string | undefined;
  /** @default none */
  readonly body?: string | undefined;
  /** The body's content type. @default text/plain */
  readonly type?: string | undefined;
}

/** Its answer. */
export interface ControlAnswer {
  readonly status: number;
  /** JSON, or text where there is no JSON for it. */
  readonly body: string;
}

/** Where a page of connections goes on: behind which connection of which process, and of its application at which path. */
export interface Cursor {
  readonly member: number;
  readonly path: string;
  readonly after: number;
}

/** Which connections are wanted. */
export interface ConnectionSearch {
  /** Tags as in the query of the control port: `admin=1&path=/`; empty for all. */
  readonly query: string;
  /** @default the first page */
  readonly from?: Cursor | undefined;
}

/** A page of them. */
export interface FoundConnections {
  /** How many there are in all. */
  readonly total: number;
  readonly connections: readonly ConnectionFacts[];
  /** Where the next page begins; none where this is the last. */
  readonly next?: Cursor;
  /** Numbers of the workers that did not answer in time: theirs are missing. */
  readonly silent: readonly (number | string)[];
}
