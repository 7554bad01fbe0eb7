import type { IncomingHttpHeaders } from "node:http";
import type * as z from "zod";
import type { Config } from "../config.ts";
import type { ControlDesk } from "../primary/control-desk.ts";
import type { Primary } from "../primary/primary.ts";
import type { PrimaryMetrics } from "../primary/primary-metrics.ts";
import type { TailDesk } from "../primary/tail-desk.ts";
import type { WorkerProcess } from "../primary/worker-process.ts";
import type { Observed } from "./status-report.ts";

/** What the control port may do with the server. */
export interface Controlled extends Pick<Primary, "ready" | "reload" | "scale" | "users">, Omit<Observed, "workers"> {
  readonly control: Pick<ControlDesk, "ask" | "askAll" | "askEverywhere">;
  readonly tails: Pick<TailDesk, "open" | "full">;
  readonly metrics: Pick<PrimaryMetrics, "text" | "snapshot">;
  readonly workers: readonly (Observed["workers"][number] & Pick<WorkerProcess, "member">)[];
}

/** What routes need to know, beside the request. */
export interface ControlServices {
  readonly primary: Controlled;
  readonly config: Pick<Config, "node" | "maxPayload" | "maxDepth" | "maxElements" | "callTimeoutMs" | "paths">;
  readonly version: string;
  /** By `Date.now()`. */
  readonly startedAt: number;
  /** Ends everything in order, as SIGTERM does. */
  drain(): void;
  /** Whose turn it is, of the socket workers that serve; undefined where none does. */
  nextWorker(): Controlled["workers"][number] | undefined;
}

/** A request that has been looked at, as far as that does not depend on what it is for. */
export interface ControlRequest {
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Empty where there is none. */
  readonly body: Buffer;
  /** Whether who asks wants JSON where there is a choice; text otherwise. */
  readonly wantsJson: boolean;
}

export interface Answer {
  readonly status: number;
  /** A string is text, parts of one are sent as they come, bytes are as they are, and anything else is JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A part of an answer after the other, each when there is room for it. */
export class Parts {
  readonly parts: AsyncIterable<string>;

  constructor(parts: AsyncIterable<string>) {
    this.parts = parts;
  }
}

/** One kind of answer, for the description of the API. */
export interface AnswerDescription {
  readonly description: string;
  readonly json?: z.ZodType;
  readonly text?: string;
  /** @default "text/plain" */
  readonly textType?: string;
}

export interface BodyDescription {
  readonly description: string;
  readonly types: readonly string[];
  /** Bytes that it may have. */
  most(config: ControlServices["config"]): number;
}

/** What one can ask for, with all there is to say of it. */
export interface Route {
  readonly method: "GET" | "POST";
  readonly summary: string;
  /** Whether it is for those without the token too, as for load balancers. */
  readonly open?: true;
  /** Parameters; or whether any tag may be one, to say which connections are meant. */
  readonly query?: z.ZodObject | "tags";
  readonly body?: BodyDescription;
  /** By status. */
  readonly answers: Readonly<Record<number, AnswerDescription>>;
  answer(request: ControlRequest, services: ControlServices): Answer | Promise<Answer>;
}

/** What is wrong with a request, in words for who makes it. */
export class BadRequest extends Error {
  readonly status: number;

  constructor(text: string, status = 400) {
    super(text);
    this.status = status;
  }
}

/**
 * Reads the parameters of a request.
 * @throws BadRequest where one is missing, wrong, or not known
 */
export function readQuery<Shape extends z.ZodObject>(shape: Shape, query: URLSearchParams): z.infer<Shape> {
  const given = new Map<string, string>();
  for (const [name, value] of query) {
    if (given.has(name)) throw new BadRequest(`${JSON.stringify(name)} is there twice`);
    given.set(name, value);
  }
  const result = shape.strict().safeParse(Object.fromEntries(given));
  if (result.success) return result.data as z.infer<Shape>;
  throw new BadRequest(result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "));
}
