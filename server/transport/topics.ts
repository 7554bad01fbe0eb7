import type { Frame } from "../../shared/message.ts";

export interface Subscriber<Sent = Frame> {
  /** Sends a publication. It closes nobody, not even itself, before it returns. */
  sendPublication(sent: Sent): void;
}

/** Who is subscribed to what, where a transport does not keep an account of that by itself. Who goes leaves all of its own. */
export class Topics<Sent = Frame> {
  readonly #members = new Map<string, Set<Subscriber<Sent>>>();

  add(topic: string, socket: Subscriber<Sent>): void {
    const members = this.#members.get(topic);
    if (members === undefined) this.#members.set(topic, new Set([socket]));
    else members.add(socket);
  }

  delete(topic: string, socket: Subscriber<Sent>): void {
    const members = this.#members.get(topic);
    if (members?.delete(socket) === true && members.size === 0) this.#members.delete(topic);
  }

  /** Whether anybody is subscribed. */
  has(topic: string): boolean {
    return this.#members.has(topic);
  }

  publish(topic: string, sent: Sent): void {
    for (const socket of this.#members.get(topic) ?? []) socket.sendPublication(sent);
  }
}
