import { onTestFinished } from "vitest";
import { RawClient } from "../../test/raw-client.ts";
import type { Socket, SocketOwner, Transport, TransportHooks, UpgradeRequest } from "../transport.ts";

/** A socket that was opened, and what was heard of it. */
export interface Opened {
  readonly socket: Socket;
  readonly request: UpgradeRequest;
  readonly messages: string[];
  readonly closes: number[];
  /** How often there was a sign of life, room again, and a publication that did not fit. */
  readonly heard: { alive: number; drained: number; dropped: number };
}

export interface NotedHooks extends Partial<Pick<TransportHooks, "upgrade">> {
  /** Called with every message. */
  readonly message?: (socket: Socket, text: string) => void;
}

export const LIMITS = { maxPayload: 1_000, sendBudget: 100_000, trustedProxies: [], handshakeMs: 1_000 };

/** A transport whose owner does nothing but note, and what `message` does. Ends with the test. */
export async function notedTransport(
  make: (hooks: TransportHooks) => Transport | Promise<Transport>,
  { message, upgrade }: NotedHooks = {},
) {
  const opened: Opened[] = [];
  const transport = await make({
    upgrade: upgrade ?? (() => ({ subprotocol: "" })),
    open(socket, request): SocketOwner {
      const heard = { alive: 0, drained: 0, dropped: 0 };
      const one: Opened = { socket, request, messages: [], closes: [], heard };
      opened.push(one);
      return {
        message(bytes) {
          const text = Buffer.from(bytes).toString();
          one.messages.push(text);
          message?.(socket, text);
        },
        alive: () => void heard.alive++,
        drained: () => void heard.drained++,
        dropped: () => void heard.dropped++,
        closed: (code) => void one.closes.push(code),
      };
    },
  });
  const port = await transport.listen();
  onTestFinished(() => transport.close());
  const connect = () => RawClient.connect({ port, offers: [], headers: { "Sec-WebSocket-Protocol": undefined } });
  return { transport, port, opened, connect };
}
