import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import { DirectBody } from "../control/direct-body.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { EventFramesOptions } from "./event-frames.ts";

/** What is said to all connections of a user, to those that are here. */
export function tellUser({ channel: user, data }: BusFrame, sessions: Sessions, options: EventFramesOptions): void {
  const direct = new DirectBody({ kind: "value", bytes: data }, options);
  for (const connection of sessions.ofUser(user)) direct.sendTo(connection);
}

/** What of the bus is for users. */
export function directFrames(tell: (frame: BusFrame) => void) {
  return { [BusType.USER_EVENT]: tell };
}
