import type { ControlClient } from "./control-client.ts";

/** One client's connection to a gateway path. The same object for all of its events, as long as it is open. */
export class GatewayConnection {
  readonly id: string;
  /** The path that it connected to. */
  readonly path: string;
  /** The tags that ride along, as they were at its latest event. */
  tags: Readonly<Record<string, string>> = {};
  readonly #control: ControlClient;

  /** @internal */
  constructor(id: string, path: string, control: ControlClient) {
    this.id = id;
    this.path = path;
    this.#control = control;
  }

  /**
   * Sends it a message: a text, or bytes. What is sent to one connection arrives in order.
   * @returns whether it was there to be sent to
   * @throws GatewayError
   */
  async send(data: string | Uint8Array): Promise<boolean> {
    return (await this.#control.post("send", { id: this.id }, data)) > 0;
  }

  /** Sets some of its tags; those with an empty value are deleted. @returns whether it was there @throws GatewayError */
  async setTags(tags: Readonly<Record<string, string>>): Promise<boolean> {
    return (await this.#control.post("settags", { id: this.id }, new URLSearchParams(tags))) > 0;
  }

  /** Closes it, after a last message if one is given. @returns whether it was there @throws GatewayError */
  async close(data?: string | Uint8Array): Promise<boolean> {
    return (await this.#control.post("close", { id: this.id }, data)) > 0;
  }
}
