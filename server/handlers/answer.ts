import type { ChunkMessage, ErrorMessage, ResultMessage } from "../../shared/message.ts";
import type { Connection } from "../connection/connection.ts";
import type { Services } from "../dispatch/services.ts";

/** An answer to a call that this side never made: ignored, and counted. */
export function handleAnswer(
  _connection: Connection,
  _message: ResultMessage | ErrorMessage | ChunkMessage,
  { counters }: Services,
): void {
  counters.ignored++;
}
