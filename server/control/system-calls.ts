import { isBatch } from "../../shared/codec.ts";
import { CloseCode } from "../../shared/codes.ts";
import { AppError, errorFromReply } from "../../shared/errors.ts";
import { type Frame, Kind, type ServerMessage } from "../../shared/message.ts";
import { createMsgpackCodec } from "../../shared/msgpack-codec.ts";
import { Connection } from "../connection/connection.ts";
import type { ConnectionServices } from "../connection/connection-services.ts";
import { zlibDeflate } from "../connection/zlib-deflate.ts";
import type { Services } from "../dispatch/services.ts";
import { handleCall } from "../handlers/call.ts";
import { Traffic } from "../metrics/traffic.ts";
import type { Socket, UpgradeRequest } from "../transport/transport.ts";
import type { SystemAnswer, SystemCall } from "./control-questions.ts";

/** Items of a stream that one answer takes at most. */
const MOST_ITEMS = 10_000;
const CALL_ID = 1;
/** There is no client behind it. */
const REQUEST: UpgradeRequest = {
  ...{ path: "/", query: "", headers: new Map(), offers: [] },
  ...{ address: "127.0.0.1", host: "", secure: undefined },
};

/** Calls procedures for whoever has the control port: as the system, or on behalf of a user. */
export class SystemCalls {
  readonly #services: Services;
  readonly #connectionServices: ConnectionServices;
  #last = 0;

  constructor(services: Services, connectionServices: ConnectionServices) {
    this.#services = services;
    this.#connectionServices = {
      ...connectionServices,
      // what it says is read here, and not worth deflating
      msgpack: createMsgpackCodec({
        ...services.config,
        deflate: zlibDeflate,
        deflateThreshold: Number.POSITIVE_INFINITY,
      }),
      // nor is it a client's
      traffic: new Traffic(),
      // nobody has heard of it, and nobody is to hear that it is gone
      closed: (connection) => {
        for (const call of connection.calls?.values() ?? []) call.abandon();
        services.sessions.left(connection);
      },
    };
  }

  /**
   * Calls a procedure, and waits for its answer.
   * @throws AppError what the procedure answers; `TIMEOUT`, where it streams for the whole of the stream; `TOO_LARGE`
   * where it streams more items than an answer takes
   */
  call({ procedure, input, user, timeoutMs }: SystemCall): Promise<SystemAnswer> {
    return new Promise((resolve, reject) => {
      const items: unknown[] = [];
      const limitMs = timeoutMs ?? this.#services.config.callTimeoutMs;
      const timer = setTimeout(() => end(() => reject(tooLong(procedure, limitMs))), limitMs);
      const connection = this.#connect((message) => {
        if (message[0] === Kind.CHUNK && items.push(message[2]) > MOST_ITEMS) end(() => reject(tooMany()));
        else if (message[0] === Kind.ERROR) end(() => reject(errorFromReply(message)));
        else if (message[0] === Kind.RESULT) {
          const [, , result] = message;
          end(() => resolve(items.length === 0 ? { result } : { result, items }));
        }
      });
      const end = (answer: () => void) => {
        clearTimeout(timer);
        connection.closed(CloseCode.NORMAL);
        answer();
      };
      if (user === undefined) connection.system = true;
      else connection.identity = { user };
      handleCall(connection, [Kind.CALL, CALL_ID, procedure, input, { timeoutMs: limitMs }], this.#services);
      // a client's would end with its frame
      this.#services.times.end();
    });
  }

  /** A connection without a socket. */
  #connect(hear: (message: ServerMessage) => void): Connection {
    const { pack } = this.#services;
    const socket: Socket = {
      open: true,
      unsent: 0,
      send(frame: Frame) {
        const said = pack.unpack(frame as Uint8Array);
        for (const message of isBatch(said) ? said : [said]) hear(message as ServerMessage);
        return true;
      },
      ping: () => undefined,
      subscribe: () => undefined,
      unsubscribe: () => undefined,
      isSubscribed: () => false,
      end: () => undefined,
      terminate: () => undefined,
    };
    return new Connection(`$system-${++this.#last}`, socket, REQUEST, true, this.#connectionServices);
  }
}

function tooLong(procedure: string, limitMs: number): AppError {
  return new AppError("TIMEOUT", `"${procedure}" took longer than ${limitMs} ms.`);
}

function tooMany(): AppError {
  return new AppError(
    "TOO_LARGE",
    `The procedure streams more than ${MOST_ITEMS} items, which is what an answer takes.`,
  );
}
