import { isRefusal } from "../../shared/codes.ts";
import { AppError } from "../../shared/errors.ts";
import type { PeerEvent, PeerSeekInput } from "../../shared/peers.ts";
import type { PeerHost } from "./peer-host.ts";

const SECRET_BYTES = 24;
/** How long it is waited before a seek is told to the server again, in milliseconds: at most, and some of it by chance. */
const LONGEST_PAUSE_MS = 8_000;
const SHORTEST_PAUSE_MS = 250;

export interface SeekStreamOptions {
  readonly host: PeerHost;
  /** What is sought, each time anew. */
  input(): PeerSeekInput;
  event(event: PeerEvent): void;
  /** The server cannot say anything of it now; it is told again. */
  away(): void;
  /** There is nothing more to hear, for good. */
  ended(error: unknown): void;
}

/** A seek as the server knows it, told again on each connection: with one secret, so that it is the same peer each time. */
export class SeekStream {
  /** Whether the server knows of it now. */
  known = false;
  readonly #options: SeekStreamOptions;
  readonly #secret = createSecret();
  #stream: AsyncGenerator<unknown> | undefined;
  #closed = false;

  constructor(options: SeekStreamOptions) {
    this.#options = options;
    void this.#run();
  }

  close(): void {
    this.#closed = true;
    this.known = false;
    // the server is told at once
    void this.#stream?.return(undefined);
  }

  async #run(): Promise<void> {
    const { host, away, ended } = this.#options;
    let ever = false;
    for (let failures = 0; !this.#closed; failures++) {
      let error: unknown;
      try {
        await this.#hear();
        error = new AppError("CANCELLED", "The seek is over.");
      } catch (thrown) {
        error = thrown;
      }
      if (this.#closed) return;
      if (this.known) {
        ever = true;
        failures = 0;
      }
      if (host.client.state === "closed" || !isWorthwhile(error, this.known, ever)) {
        this.#closed = true;
        this.known = false;
        ended(error);
        return;
      }
      this.known = false;
      away();
      await pause(error, failures);
    }
  }

  async #hear(): Promise<void> {
    const { host, input, event } = this.#options;
    this.#stream = host.client.stream("$peers.seek", { ...input(), secret: this.#secret });
    for await (const item of this.#stream) {
      if (this.#closed) return;
      this.known = true;
      event(item as PeerEvent);
    }
  }
}

/**
 * Whether to seek again after an error.
 * @param known whether the server had taken the seek that it ended
 * @param ever whether it had taken any
 */
function isWorthwhile(error: unknown, known: boolean, ever: boolean): boolean {
  if (!(error instanceof AppError)) return false;
  if (error.code === "UNAVAILABLE") return true;
  // known, it is the server's word that nobody was found; else there was no server to ask
  if (error.code === "TIMEOUT") return !known && ever;
  return isRefusal(error.code) && (known || ever);
}

function pause(error: unknown, failures: number): Promise<void> {
  const { retryAfterMs } = Object((error as AppError).details) as { readonly retryAfterMs?: unknown };
  const asked = typeof retryAfterMs === "number" ? Math.min(retryAfterMs, 60_000) : 0;
  const most = Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** failures);
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, asked) + Math.random() * most));
}

function createSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
