import type { Frame } from "../../shared/message.ts";

export interface Subscriber {
  /** Sends a publication. It closes nobody, not even itself, before it returns. */
  sendPublication(frame: Frame): void;
}

/** Who is subscribed to what, where a transport does not keep an account of that by itself. */
export class Topics {
  readonly #members = new Map<string, Set<Subscriber>>();

  add(topic: string, socket: Subscriber): void {
    const members = this.#members.get(topic);
    if (members === undefined) this.#members.set(topic, new Set([socket]));
    else members.add(socket);
  }

  delete(topic: string, socket: Subscriber): void {
    const members = this.#members.get(topic);
    if (members?.delete(socket) === true && members.size === 0) this.#members.delete(topic);
  }

  /** For few sockets and few topics: nobody keeps an account of who is where. */
  forget(socket: Subscriber): void {
    for (const topic of [...this.#members.keys()]) this.delete(topic, socket);
  }

  has(topic: string, socket: Subscriber): boolean {
    return this.#members.get(topic)?.has(socket) ?? false;
  }

  publish(topic: string, frame: Frame): void {
    for (const socket of this.#members.get(topic) ?? []) socket.sendPublication(frame);
  }
}
