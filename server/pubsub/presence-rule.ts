import { AppError } from "../../shared/errors.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import { portable } from "../../shared/portable.ts";
import type { PresenceMember } from "../../shared/presence.ts";
import type { Connection } from "../connection/connection.ts";

/** How a channel keeps who is in it. */
export interface PresenceOptions {
  /**
   * What is one member: each connection, or each user, however many connections it has. Those without a user count
   * each for themselves.
   * @default "connection"
   */
  readonly countBy?: "connection" | "user";
  /**
   * What everybody in the channel is told of a member: a name, a picture. Called when a connection subscribes, and again
   * where its session gets another user; it has to answer at once. An `AppError` it throws refuses the subscription.
   * @default nothing
   * @example info: (connection) => ({ name: connection.session?.tags.name })
   */
  readonly info?: (connection: Connection) => unknown;
  /** Bytes that this may take in MessagePack; beyond, the subscription is refused. @default 1_024 */
  readonly infoBytes?: number;
}

const DEFAULT_INFO_BYTES = 1_024;

/**
 * A connection as others get to know it, encoded.
 * @throws AppError what the application throws on purpose
 * @throws Error where it is the application's fault that there is nothing to say
 */
export function encodedMember(connection: Connection, options: PresenceOptions, pack: Pack): Uint8Array {
  const data = options.info?.(connection);
  // after that, which may have logged it in
  const user = connection.session?.user;
  if (data instanceof Promise) {
    data.catch(() => undefined);
    throw new TypeError("What `info` of a presence rule returns must not be a promise.");
  }
  const { infoBytes = DEFAULT_INFO_BYTES } = options;
  if (data !== undefined && pack.pack(portable(data)).length > infoBytes) {
    throw new RangeError(`What \`info\` of a presence rule returns takes more than ${infoBytes} bytes.`);
  }
  const member: PresenceMember = {
    connection: connection.id,
    ...(user === undefined ? {} : { user }),
    ...(data === undefined ? {} : { data }),
  };
  return pack.pack(portable(member));
}

export function keepsNone(channel: string): AppError {
  return new AppError("BAD_REQUEST", `It is not kept who is in "${channel}".`);
}
