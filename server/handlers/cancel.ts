import type { CancelMessage } from "../../shared/message.ts";
import type { Connection } from "../connection/connection.ts";
import type { Services } from "../dispatch/services.ts";

/** Ends a call in flight: its signal aborts, and it is answered with `CANCELLED`. One that is answered already is not. */
export function handleCancel(connection: Connection, message: CancelMessage, { counters }: Services): void {
  const call = connection.calls?.get(message[1]);
  if (call === undefined) counters.ignored++;
  else call.cancel();
}
