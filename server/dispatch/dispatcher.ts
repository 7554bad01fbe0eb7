import { EncodeError } from "../../shared/budget.ts";
import { CloseCode } from "../../shared/codes.ts";
import { AppError, errorReply } from "../../shared/errors.ts";
import { type ClientMessage, Kind } from "../../shared/message.ts";
import { complaintAboutClientMessage, readId } from "../../shared/validate-message.ts";
import type { Connection } from "../connection/connection.ts";
import { handleAnswer } from "../handlers/answer.ts";
import { handleAuth } from "../handlers/auth.ts";
import { handleCall } from "../handlers/call.ts";
import { handleCancel } from "../handlers/cancel.ts";
import { handleHello } from "../handlers/hello.ts";
import { handlePing } from "../handlers/ping.ts";
import { handlePong } from "../handlers/pong.ts";
import { handlePublish } from "../handlers/publish.ts";
import { handleSubscribe } from "../handlers/subscribe.ts";
import { handleUnsubscribe } from "../handlers/unsubscribe.ts";
import type { Services } from "./services.ts";

/** Does what one kind of message asks for. */
export type Handler<Message extends ClientMessage> = (
  connection: Connection,
  message: Message,
  services: Services,
) => void;

type Handlers = { [K in ClientMessage[0]]: Handler<Extract<ClientMessage, readonly [K, ...unknown[]]>> };

const HANDLERS: Handlers = {
  [Kind.HELLO]: handleHello,
  [Kind.CALL]: handleCall,
  [Kind.RESULT]: handleAnswer,
  [Kind.ERROR]: handleAnswer,
  [Kind.CHUNK]: handleAnswer,
  [Kind.CANCEL]: handleCancel,
  [Kind.SUBSCRIBE]: handleSubscribe,
  [Kind.UNSUBSCRIBE]: handleUnsubscribe,
  [Kind.PUBLISH]: handlePublish,
  [Kind.PING]: handlePing,
  [Kind.PONG]: handlePong,
  [Kind.AUTH]: handleAuth,
};

/** By kind, as an array: the hot path looks a handler up by its number. */
const BY_KIND = Array.from(
  { length: Kind.AUTH + 1 },
  (_, kind) => HANDLERS[kind as ClientMessage[0]],
) as Handler<never>[];

/** Checks a decoded message and hands it to its kind's handler. */
export function dispatch(connection: Connection, value: unknown, services: Services): void {
  const complaint = complaintAboutClientMessage(value);
  if (complaint !== undefined) {
    refuse(connection, value, complaint, services);
    return;
  }
  const message = value as ClientMessage;
  (services.traffic.came[message[0]] as number) += 1;
  if (!services.limiter.admits(connection, message)) return;
  try {
    BY_KIND[message[0]]?.(connection, message as never, services);
  } catch (error) {
    connection.send(errorReply(readId(value), mishap(connection, message, error, services)));
  }
  connection.spoke = true;
}

/** No handler should throw, but if one does it must not take the other connections with it. */
function mishap(connection: Connection, message: ClientMessage, error: unknown, { log }: Services): unknown {
  // what the client sent, and should have got back, is of a kind that decodes and does not encode
  if (error instanceof EncodeError) return new AppError("BAD_REQUEST", error.message);
  log.error({ error, connection: connection.id, kind: message[0] }, "a message could not be handled");
  return error;
}

function refuse(connection: Connection, value: unknown, complaint: string, services: Services): void {
  services.counters.malformed++;
  connection.malformed++;
  connection.send(errorReply(readId(value), new AppError("BAD_REQUEST", complaint)));
  if (connection.malformed >= services.config.maxMalformed) connection.close(CloseCode.NONSENSE);
}
