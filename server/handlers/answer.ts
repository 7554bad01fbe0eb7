import type { ChunkMessage, ErrorMessage, ResultMessage } from "../../shared/message.ts";
import type { Connection } from "../connection/connection.ts";
import type { Services } from "../dispatch/services.ts";

/** Hands an answer to the call of the client that waits for it. One that nobody waits for is ignored, and counted. */
export function handleAnswer(
  connection: Connection,
  message: ResultMessage | ErrorMessage | ChunkMessage,
  { counters, limiter }: Services,
): void {
  if (connection.clientCalls?.settle(message) === true) return;
  counters.ignored++;
  limiter.counts(connection);
}
