import { AppError } from "../shared/errors.ts";
import type { MessageId } from "../shared/message.ts";

/** What becomes of requests where too many wait for a connection: the new one is refused, or the oldest given up. */
export type QueuePolicy = "refuse" | "drop-oldest";

export interface QueueOptions {
  /** How many requests may wait. */
  readonly queueLimit: number;
  /** How many bytes of them may wait. */
  readonly queueBytes: number;
  readonly queuePolicy: QueuePolicy;
}

/** What waits for a connection: encoded when it was asked, for its data may change afterwards. */
export interface Queued {
  readonly piece: Uint8Array;
  readonly sent: ((id: MessageId) => void) | undefined;
  /** Where only a connection that goes on with this session will do. */
  readonly session: string | undefined;
}

/** Requests that wait for a connection, in order. What was sent before and is to be sent again waits beside the limits. */
export class OfflineQueue {
  readonly #options: QueueOptions;
  readonly #giveUp: (id: MessageId, error: AppError) => void;
  readonly #waiting = new Map<MessageId, Queued>();
  #bytes = 0;

  constructor(options: QueueOptions, giveUp: (id: MessageId, error: AppError) => void) {
    this.#options = options;
    this.#giveUp = giveUp;
  }

  get size(): number {
    return this.#waiting.size;
  }

  has(id: MessageId): boolean {
    return this.#waiting.has(id);
  }

  entries(): [MessageId, Queued][] {
    return [...this.#waiting];
  }

  /** Makes room for one more. @throws AppError `OVERLOADED` where there is none */
  admit(): void {
    const { queueLimit, queueBytes, queuePolicy } = this.#options;
    while (this.#waiting.size >= queueLimit || this.#bytes >= queueBytes) {
      const error = new AppError("OVERLOADED", `${this.#waiting.size} requests wait for a connection already.`);
      const oldest = queuePolicy === "refuse" ? undefined : this.#oldestNew();
      if (oldest === undefined) throw error;
      this.delete(oldest);
      this.#giveUp(oldest, error);
    }
  }

  add(id: MessageId, queued: Queued): void {
    this.#waiting.set(id, queued);
    this.#bytes += queued.piece.length;
  }

  /** What is added meanwhile goes ahead of what waits already: it was asked earlier. */
  ahead(add: () => void): void {
    const waiting = this.entries();
    add();
    for (const [id, queued] of waiting) if (this.#waiting.delete(id)) this.#waiting.set(id, queued);
  }

  delete(id: MessageId): boolean {
    this.#bytes -= this.#waiting.get(id)?.piece.length ?? 0;
    return this.#waiting.delete(id);
  }

  clear(): void {
    this.#waiting.clear();
    this.#bytes = 0;
  }

  #oldestNew(): MessageId | undefined {
    for (const [id, { session }] of this.#waiting) if (session === undefined) return id;
    return undefined;
  }
}
