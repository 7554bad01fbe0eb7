import { timingSafeEqual } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import type { BusFrame } from "./bus-frame.ts";
import { BusType } from "./bus-type.ts";
import { Link, type LinkHooks } from "./link.ts";

export interface BusServerOptions {
  /** What proves that a process is one of our own. */
  readonly secret: string;
  /** A connection could not be taken, as where too many files are open. The bus goes on. */
  failed(error: Error): void;
  /**
   * One of our own has joined; it is told so after this. `number` is the socket worker's.
   *
   * @returns who listens to it from now on
   */
  joined(link: Link, number: number): LinkHooks;
}

/** How long a connection may take to join, in milliseconds. */
const JOIN_MS = 5_000;
/** Nobody who has not proved to be one of our own can make us hold more than this, in bytes. */
const LARGEST_JOIN = 1024;

/** Lets our own processes onto the bus, and nobody else. */
export class BusServer {
  readonly #options: BusServerOptions;
  readonly #secret: Buffer;
  readonly #links = new Set<Link>();
  readonly #server: Server;

  constructor(options: BusServerOptions) {
    this.#options = options;
    this.#secret = Buffer.from(options.secret);
    this.#server = createServer((socket) => this.#welcome(socket));
  }

  /** Everything that is connected: what has joined, and what is about to. */
  get links(): Iterable<Link> {
    return this.#links;
  }

  /** Rejects where nobody can listen at `path`. */
  listen(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(path, () => {
        this.#server.off("error", reject);
        this.#server.on("error", (error) => this.#options.failed(error));
        resolve();
      });
    });
  }

  /** Takes no connection any more, and hangs up on everybody. */
  close(): void {
    this.#server.close();
    for (const link of this.#links) link.close();
  }

  #welcome(socket: Socket): void {
    const late = setTimeout(() => link.close(), JOIN_MS);
    // ahead of the link, which listens as well: its hooks are told of the end when it is no longer among the others
    socket.on("close", () => {
      clearTimeout(late);
      this.#links.delete(link);
    });
    const link: Link = new Link(
      socket,
      {
        frame: (frame) => {
          clearTimeout(late);
          this.#join(link, frame);
        },
        closed: () => undefined,
      },
      LARGEST_JOIN,
    );
    this.#links.add(link);
  }

  /** The first frame decides, for good. */
  #join(link: Link, frame: BusFrame): void {
    const { data } = frame;
    const secret = this.#secret;
    if (frame.type !== BusType.JOIN || data.length !== secret.length || !timingSafeEqual(data, secret)) {
      link.close();
      return;
    }
    link.largestFrame = Number.POSITIVE_INFINITY;
    const { reference } = frame;
    // first of all, as whoever joins is told of more at once
    link.send(BusType.JOINED, 0);
    link.hooks = this.#options.joined(link, reference);
  }
}
