import { AppError } from "../shared/errors.ts";
import { type ClientMessage, Kind, type Message, type ServerMessage } from "../shared/message.ts";
import { isServerMessage } from "../shared/server-message.ts";

/** What a middleware says of a message: another in its place, `null` to drop it, or nothing to let it go on as it is. */
// biome-ignore lint/suspicious/noConfusingVoidType: who only looks returns what the logger returns
export type Verdict<Seen> = Seen | null | undefined | void;

/**
 * Sees the messages between a client and its server, decoded; HELLO, PING and PONG stay out. May replace a message by
 * returning another of its kind, must not change the one it is given, and is not asynchronous.
 *
 * @example client.use({ onSend: (message) => console.debug("sent", message) });
 */
export interface ClientMiddleware {
  /**
   * Called when something is asked, which may be before there is a connection, in the order of `use`. What it returns
   * must have the kind and the id of what it was given. Where it returns `null`, what was asked rejects with `CANCELLED`;
   * where it throws, with what it threw. CANCEL and ERROR end something on the server: neither holds them back.
   */
  onSend?(message: ClientMessage): Verdict<ClientMessage>;
  /**
   * Called with what the connection has acted on where it had to, in the reverse order. A call whose answer is dropped
   * ends by its timeout, or `answerMs`. Where it throws, the client's `error` event is told, and the message dropped.
   */
  onReceive?(message: ServerMessage): Verdict<ServerMessage>;
}

/** The middleware of one client. */
export interface Middlewares {
  use(middleware: ClientMiddleware): () => void;
  /**
   * Encodes what they make of a message. One that must go is encoded as it was where theirs cannot be.
   *
   * @throws AppError `CANCELLED` where one drops it; what one throws; TypeError where one returns nonsense; what
   * `encode` throws
   */
  encode(message: ClientMessage, encode: (message: ClientMessage) => Uint8Array): Uint8Array;
  incoming(message: ServerMessage): ServerMessage | undefined;
}

/** @param report takes what they throw where nobody else hears of it */
export function createMiddlewares(report: (error: unknown) => void): Middlewares {
  // entries, for the same one may be used twice
  const all = new Set<{ readonly middleware: ClientMiddleware }>();
  let reversed: readonly ClientMiddleware[] = [];
  const changed = () => {
    reversed = [...all].map(({ middleware }) => middleware).reverse();
  };
  const passes = ([kind]: Message) => all.size === 0 || kind === Kind.PING || kind === Kind.PONG;

  function outgoing(message: ClientMessage): ClientMessage {
    if (passes(message)) return message;
    const must = mustGo(message);
    try {
      let sent = message;
      for (const { middleware } of all) {
        const verdict = middleware.onSend?.(sent);
        if (verdict === null && !must) throw new AppError("CANCELLED", "A middleware dropped it.");
        if (verdict == null) continue;
        if (verdict[0] !== sent[0] || verdict[1] !== sent[1]) {
          throw new TypeError("A middleware must keep a message's kind and id.");
        }
        sent = verdict;
      }
      return sent;
    } catch (error) {
      if (!must) throw error;
      report(error);
      return message;
    }
  }

  return {
    use(middleware) {
      const entry = { middleware };
      all.add(entry);
      changed();
      return () => {
        if (all.delete(entry)) changed();
      };
    },
    encode(message, encode) {
      const sent = outgoing(message);
      try {
        return encode(sent);
      } catch (error) {
        if (sent === message || !mustGo(message)) throw error;
        report(error);
        return encode(message);
      }
    },
    incoming(message) {
      if (passes(message)) return message;
      try {
        let received = message;
        for (const middleware of reversed) {
          const verdict = middleware.onReceive?.(received);
          if (verdict === null) return undefined;
          if (verdict === undefined) continue;
          if (!isServerMessage(verdict)) throw new TypeError("A middleware returned what is no message.");
          received = verdict;
        }
        return received;
      } catch (error) {
        report(error);
        return undefined;
      }
    },
  };
}

/** Whether it ends something on the server, which would go on for ever otherwise. */
function mustGo([kind]: ClientMessage): boolean {
  return kind === Kind.CANCEL || kind === Kind.ERROR;
}
