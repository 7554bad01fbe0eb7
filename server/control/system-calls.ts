import { isBatch } from "../../shared/codec.ts";
import { CloseCode } from "../../shared/codes.ts";
import { AppError, errorFromReply } from "../../shared/errors.ts";
import { type Frame, Kind, type ServerMessage } from "../../shared/message.ts";
import { createMsgpackCodec } from "../../shared/msgpack-codec.ts";
import { DEFLATED } from "../../shared/msgpack-frames.ts";
import { Connection } from "../connection/connection.ts";
import type { ConnectionServices } from "../connection/connection-services.ts";
import { zlibDeflate } from "../connection/zlib-deflate.ts";
import type { Services } from "../dispatch/services.ts";
import { handleCall } from "../handlers/call.ts";
import { Traffic } from "../metrics/traffic.ts";
import type { Socket, UpgradeRequest } from "../transport/transport.ts";
import type { SystemAnswer, SystemCall } from "./control-questions.ts";

/** Items of a stream that one answer takes at most, and bytes of all of it. */
const MOST_ITEMS = 10_000;
const MOST_BYTES = 16_777_216;
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
  #running = 0;

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
        services.limiter.left(connection);
      },
    };
  }

  /** Calls that are not answered yet. */
  get running(): number {
    return this.#running;
  }

  /**
   * Calls a procedure, and waits for its answer.
   * @throws AppError what the procedure answers; `TIMEOUT`, where it streams for the whole of the stream; `TOO_LARGE`
   * where it gives more than an answer takes; `UNAVAILABLE` where its connection is closed, as by the procedure
   */
  call({ procedure, input, user, timeoutMs }: SystemCall): Promise<SystemAnswer> {
    return new Promise((resolve, reject) => {
      const items: unknown[] = [];
      let bytes = 0;
      const limitMs = timeoutMs ?? this.#services.config.callTimeoutMs;
      const timer = setTimeout(() => end(() => reject(tooLong(procedure, limitMs))), limitMs);
      const hear = (message: ServerMessage, size: number) => {
        bytes += size;
        if (message[0] === Kind.CHUNK) items.push(message[2]);
        if (items.length > MOST_ITEMS || bytes > MOST_BYTES) end(() => reject(tooMuch()));
        else if (message[0] === Kind.ERROR) end(() => reject(errorFromReply(message)));
        else if (message[0] === Kind.RESULT) {
          const [, , result] = message;
          end(() => resolve(items.length === 0 ? { result } : { result, items }));
        }
      };
      const connection = this.#connect(hear, () => end(() => reject(new AppError("UNAVAILABLE", "It was closed."))));
      let over = false;
      this.#running++;
      const end = (answer: () => void) => {
        if (over) return;
        over = true;
        this.#running--;
        clearTimeout(timer);
        connection.closed(CloseCode.NORMAL);
        answer();
      };
      if (user !== undefined) connection.identity = { user };
      handleCall(connection, [Kind.CALL, CALL_ID, procedure, input, { timeoutMs: limitMs }], this.#services);
      // a client's would end with its frame
      this.#services.times.end();
    });
  }

  /** A connection without a socket. @param gone somebody closes it */
  #connect(hear: (message: ServerMessage, bytes: number) => void, gone: () => void): Connection {
    const { pack } = this.#services;
    const socket: Socket = {
      open: true,
      unsent: 0,
      send(frame: Frame) {
        // as a client would: whatever comes, nobody else is to be hurt by it
        const said = frame[0] === DEFLATED ? undefined : pack.unpack(frame as Uint8Array);
        for (const message of isBatch(said) ? said : [said]) {
          if (Array.isArray(message)) hear(message as unknown as ServerMessage, frame.length);
        }
        return true;
      },
      ping: () => undefined,
      subscribe: () => undefined,
      unsubscribe: () => undefined,
      isSubscribed: () => false,
      end: gone,
      terminate: gone,
    };
    return new SystemConnection(`$system-${++this.#last}`, socket, REQUEST, true, this.#connectionServices);
  }
}

/** One without a client. */
class SystemConnection extends Connection {
  override get internal(): boolean {
    return true;
  }
}

function tooLong(procedure: string, limitMs: number): AppError {
  return new AppError("TIMEOUT", `"${procedure}" took longer than ${limitMs} ms.`);
}

function tooMuch(): AppError {
  return new AppError(
    "TOO_LARGE",
    `The procedure gives more than the ${MOST_ITEMS} items or ${MOST_BYTES} bytes that an answer takes.`,
  );
}
