import type { Frame } from "../../shared/message.ts";
import type {
  HttpRoute,
  Socket,
  SocketOwner,
  Transport,
  TransportHooks,
  UpgradeRequest,
} from "../transport/transport.ts";

/** Makes the one transport that there is. */
export type MakeTransport = (hooks: TransportHooks, routes: readonly HttpRoute[]) => Transport;

/** One transport for several applications: each gets what comes at its own path, and one of them all the rest. */
export class MountedTransport {
  readonly #make: MakeTransport;
  readonly #mounted = new Map<string, TransportHooks>();
  readonly #routes: HttpRoute[] = [];
  #transport: Transport | undefined;

  constructor(make: MakeTransport) {
    this.#make = make;
  }

  /**
   * The transport of the application at a path. It listens when the main one does, which has to come after all of these.
   * Its topics are its own.
   */
  mount(path: string): MakeTransport {
    const prefix = `${path} `;
    return (hooks, routes) => {
      this.#routes.push(...routes);
      this.#mounted.set(path, {
        upgrade: (request) => hooks.upgrade(request),
        open: (socket, request, subprotocol) => hooks.open(new PrefixedSocket(socket, prefix), request, subprotocol),
      });
      return {
        publish: (topic, frame) => this.#transport?.publish(prefix + topic, frame),
        listen: () => Promise.resolve(0),
        // its own admission refuses who comes then
        stopListening: () => undefined,
        close: () => undefined,
      };
    };
  }

  /** The transport of the application that gets everything else. */
  readonly main: MakeTransport = (hooks, routes) => {
    const paths = new Set(routes.map(({ path }) => path));
    const others = this.#routes.filter(({ path }) => !paths.has(path));
    const of = ({ path }: UpgradeRequest) => this.#mounted.get(path) ?? hooks;
    const all: TransportHooks = {
      upgrade: (request) => of(request).upgrade(request),
      open: (socket, request, subprotocol): SocketOwner => of(request).open(socket, request, subprotocol),
    };
    const transport = this.#make(all, [...routes, ...others]);
    this.#transport = transport;
    return {
      publish: (topic, frame) => transport.publish(topic, frame),
      listen: () => transport.listen(),
      stopListening: () => transport.stopListening(),
      // others may still be letting go of their connections
      close: () => undefined,
    };
  };

  /** Closes everything at once: when all applications are through. */
  close(): void {
    this.#transport?.close();
  }
}

/** A socket whose topics are those of one application. */
class PrefixedSocket implements Socket {
  readonly #socket: Socket;
  readonly #prefix: string;

  constructor(socket: Socket, prefix: string) {
    this.#socket = socket;
    this.#prefix = prefix;
  }

  get open(): boolean {
    return this.#socket.open;
  }

  get unsent(): number {
    return this.#socket.unsent;
  }

  send(frame: Frame): boolean {
    return this.#socket.send(frame);
  }

  ping(): void {
    this.#socket.ping();
  }

  subscribe(topic: string): void {
    this.#socket.subscribe(this.#prefix + topic);
  }

  unsubscribe(topic: string): void {
    this.#socket.unsubscribe(this.#prefix + topic);
  }

  isSubscribed(topic: string): boolean {
    return this.#socket.isSubscribed(this.#prefix + topic);
  }

  end(code: number, reason: string): void {
    this.#socket.end(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }
}
