import type { Frame } from "../../shared/message.ts";
import { type MemoryClient, MemorySocket } from "./memory-socket.ts";
import { Topics } from "./topics.ts";
import type { HttpAnswer, SocketOwner, Transport, TransportHooks, UpgradeRequest } from "./transport.ts";

/**
 * Connections within this process, without a network: both ends are here, and what one says reaches the other in the next
 * turn of the event loop, so that neither finds itself called in the middle of something.
 */
export class MemoryTransport<Owner extends SocketOwner> {
  readonly #hooks: TransportHooks<Owner>;
  readonly #sendBudget: number;
  readonly #topics = new Topics();
  readonly #open = new Set<MemorySocket>();
  #busy: MemorySocket[] = [];

  /** @param sendBudget bytes that may wait for one client */
  constructor(hooks: TransportHooks<Owner>, sendBudget: number) {
    this.#hooks = hooks;
    this.#sendBudget = sendBudget;
  }

  /** @returns both ends; or what the request is refused with */
  connect(request: UpgradeRequest, client: MemoryClient): { owner: Owner; socket: MemorySocket } | HttpAnswer {
    const answer = this.#hooks.upgrade(request);
    if ("status" in answer) return answer;
    const socket = new MemorySocket(client, this.#topics, this.#sendBudget, {
      busy: (one) => this.#soon(one),
      gone: (one) => void this.#open.delete(one),
    });
    this.#open.add(socket);
    const owner = this.#hooks.open(socket, request, answer.subprotocol);
    socket.attach(owner);
    return { owner, socket };
  }

  /** Another transport whose publications reach the connections here as well. */
  beside(transport: Pick<Transport, "publish">): Pick<Transport, "publish"> {
    return {
      publish: (topic, frame: Frame) => {
        transport.publish(topic, frame);
        if (this.#open.size > 0) this.#topics.publish(topic, frame);
      },
    };
  }

  /** Hangs up on everybody. */
  close(): void {
    for (const socket of this.#open) socket.terminate();
  }

  #soon(socket: MemorySocket): void {
    if (this.#busy.push(socket) === 1) setImmediate(this.#pass);
  }

  readonly #pass = (): void => {
    const busy = this.#busy;
    this.#busy = [];
    for (const socket of busy) socket.pass();
  };
}
