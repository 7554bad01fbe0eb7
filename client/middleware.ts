import { AppError } from "../shared/errors.ts";
import { type ClientMessage, Kind, type Message, type ServerMessage } from "../shared/message.ts";

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
   * ends by its timeout. Where it throws, the client's `error` event is told, and the message dropped.
   */
  onReceive?(message: ServerMessage): Verdict<ServerMessage>;
}

/** The middleware of one client. */
export interface Middlewares {
  use(middleware: ClientMiddleware): () => void;
  /** @throws AppError `CANCELLED` where one drops it; what one throws; TypeError where one returns nonsense */
  outgoing(message: ClientMessage): ClientMessage;
  incoming(message: ServerMessage): ServerMessage | undefined;
}

/** @param report takes what they throw where nobody else hears of it */
export function createMiddlewares(report: (error: unknown) => void): Middlewares {
  // entries, for the same one may be used twice
  const all = new Set<{ readonly middleware: ClientMiddleware }>();
  const passes = ([kind]: Message) => all.size === 0 || kind === Kind.PING || kind === Kind.PONG;

  return {
    use(middleware) {
      const entry = { middleware };
      all.add(entry);
      return () => {
        all.delete(entry);
      };
    },
    outgoing(message) {
      if (passes(message)) return message;
      const mustGo = message[0] === Kind.CANCEL || message[0] === Kind.ERROR;
      try {
        let sent = message;
        for (const { middleware } of all) {
          const verdict = middleware.onSend?.(sent);
          if (verdict === null && !mustGo) throw new AppError("CANCELLED", "A middleware dropped it.");
          if (verdict == null) continue;
          if (verdict[0] !== sent[0] || verdict[1] !== sent[1]) {
            throw new TypeError("A middleware must keep a message's kind and id.");
          }
          sent = verdict;
        }
        return sent;
      } catch (error) {
        if (!mustGo) throw error;
        report(error);
        return message;
      }
    },
    incoming(message) {
      if (passes(message)) return message;
      try {
        let received = message;
        for (const { middleware } of [...all].reverse()) {
          const verdict = middleware.onReceive?.(received);
          if (verdict === null) return undefined;
          if (verdict === undefined) continue;
          if (!Array.isArray(verdict)) throw new TypeError("A middleware returned what is no message.");
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
