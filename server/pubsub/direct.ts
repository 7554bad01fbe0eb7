import { DIRECT_CHANNEL } from "../../shared/message.ts";
import { type BusFrame, BusType } from "../bus/bus-frame.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { EventFrames, type EventFramesOptions } from "./event-frames.ts";

/** What is said to all connections of a user, to those that are here. */
export function tellUser({ channel: user, data }: BusFrame, sessions: Sessions, options: EventFramesOptions): void {
  const frames = new EventFrames(options, DIRECT_CHANNEL, data, undefined);
  for (const connection of sessions.ofUser(user)) {
    connection.sendFrame(connection.binary ? frames.binary(undefined) : frames.text(undefined));
  }
}

/** What of the bus is for users. */
export function directFrames(tell: (frame: BusFrame) => void) {
  return { [BusType.USER_EVENT]: tell };
}
