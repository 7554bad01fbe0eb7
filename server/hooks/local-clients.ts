import { isBatch } from "../../shared/codec.ts";
import { CloseCode } from "../../shared/codes.ts";
import {
  type ClientMessage,
  type Frame,
  type ServerMessage,
  SUBPROTOCOL_JSON,
  SUBPROTOCOL_MSGPACK,
} from "../../shared/message.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import { DEFLATED } from "../../shared/msgpack-frames.ts";
import type { Connection } from "../connection/connection.ts";
import { zlibDeflate } from "../connection/zlib-deflate.ts";
import type { MemoryTransport } from "../transport/memory-transport.ts";
import type { LocalClient, LocalClientOptions } from "./local-client.ts";

export interface LocalClientsOptions {
  readonly transport: Pick<MemoryTransport<Connection>, "connect">;
  readonly pack: Pack;
  /** Told of what whoever plays the client throws: that is no reason to leave others without what they are told. */
  failed(error: unknown): void;
}

/** Bytes; no server of this kind sends so many at once. */
const MOST_INFLATED = 1_073_741_824;

/** Opens a connection without a network. @returns undefined where it is refused, as by a server that is about to end */
export function connectLocally(options: LocalClientOptions, services: LocalClientsOptions): LocalClient | undefined {
  const { path = "/", query = "", headers = {}, address = "127.0.0.1", format = "msgpack" } = options;
  const { transport, pack, failed } = services;
  const attempt = (what: () => void) => {
    try {
      what();
    } catch (error) {
      failed(error);
    }
  };
  const connected = transport.connect(
    {
      ...{ path, query, address, host: "", secure: undefined, headers: new Map(Object.entries(headers)) },
      offers: [format === "json" ? SUBPROTOCOL_JSON : SUBPROTOCOL_MSGPACK],
    },
    {
      message(frame) {
        if (options.message === undefined) return;
        attempt(() => {
          const said = decode(frame, pack);
          for (const one of isBatch(said) ? said : [said]) attempt(() => options.message?.(one as ServerMessage));
        });
      },
      closed: (code, reason) => attempt(() => options.closed?.(code, reason)),
    },
  );
  if ("status" in connected) return undefined;
  const { owner, socket } = connected;
  return {
    connection: owner,
    get open() {
      return socket.open;
    },
    send(...messages: readonly ClientMessage[]) {
      const said = messages.length === 1 ? messages[0] : messages;
      socket.say(format === "json" ? JSON.stringify(said) : pack.packAlone(said));
    },
    close: (code = CloseCode.NORMAL) => socket.leave(code),
  };
}

function decode(frame: Frame, pack: Pack): unknown {
  if (typeof frame === "string") return JSON.parse(frame);
  return pack.unpack(frame[0] === DEFLATED ? zlibDeflate.inflate(frame.subarray(1), MOST_INFLATED) : frame);
}
