import { toJson } from "../../shared/json-codec.ts";
import { Kind } from "../../shared/message.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import type { PresenceChange } from "../../shared/presence.ts";
import type { Connection } from "../connection/connection.ts";
import type { Broadcast } from "../metrics/traffic.ts";

export interface PresenceNewsOptions {
  readonly pack: Pack;
  readonly transport: Broadcast;
}

/** How many connections of this socket worker hear of a channel's members, or are about to. */
interface Audience {
  binary: number;
  text: number;
}

/** Tells those who asked for it who comes and goes: each change is encoded once for all readers of a kind. */
export class PresenceNews {
  readonly #options: PresenceNewsOptions;
  readonly #audiences = new Map<string, Audience>();

  constructor(options: PresenceNewsOptions) {
    this.#options = options;
  }

  /** Somebody will listen: the news has to come here. */
  expect({ binary }: Connection, channel: string): void {
    let audience = this.#audiences.get(channel);
    if (audience === undefined) {
      audience = { binary: 0, text: 0 };
      this.#audiences.set(channel, audience);
    }
    if (binary) audience.binary++;
    else audience.text++;
  }

  /** From now on it hears them. */
  listen(connection: Connection, channel: string): void {
    connection.feed.subscribe(topic(connection.binary, channel));
  }

  /** One who was expected does not listen any more. @returns whether nobody does */
  leave(connection: Connection, channel: string): boolean {
    const audience = this.#audiences.get(channel);
    if (audience === undefined) return false;
    connection.feed.unsubscribe(topic(connection.binary, channel));
    if (connection.binary) audience.binary--;
    else audience.text--;
    if (audience.binary + audience.text > 0) return false;
    this.#audiences.delete(channel);
    return true;
  }

  /** @param member encoded */
  deliver(change: PresenceChange, channel: string, member: Uint8Array): void {
    const { pack, transport } = this.#options;
    const { binary = 0, text = 0 } = this.#audiences.get(channel) ?? {};
    if (binary > 0) {
      const frame = pack.packAround([Kind.PRESENCE, channel, change], member);
      transport.publish(topic(true, channel), frame, Kind.PRESENCE, binary);
    }
    if (text > 0) {
      const json = `[${Kind.PRESENCE},${toJson(channel)},"${change}",${toJson(pack.unpack(member))}]`;
      transport.publish(topic(false, channel), json, Kind.PRESENCE, text);
    }
  }
}

/** The transport's topic of a channel's members. Those of publications begin with other letters. */
function topic(binary: boolean, channel: string): string {
  return binary ? `B${channel}` : `T${channel}`;
}
