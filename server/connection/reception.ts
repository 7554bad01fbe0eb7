import { randomBytes } from "node:crypto";
import type { Emitter } from "../../shared/emitter.ts";
import { SUBPROTOCOL_MSGPACK } from "../../shared/message.ts";
import type { Admission } from "../admission.ts";
import type { ServerEvents } from "../app.ts";
import type { Logger } from "../logger.ts";
import type { Socket, TransportHooks, UpgradeAnswer, UpgradeRequest } from "../transport/transport.ts";
import { Connection } from "./connection.ts";
import type { ConnectionServices } from "./connection-services.ts";
import type { Connections } from "./connections.ts";
import { negotiate } from "./negotiate.ts";
import { originCheck } from "./origin.ts";

export interface ReceptionOptions {
  readonly connections: Connections;
  readonly services: ConnectionServices;
  readonly events: Emitter<ServerEvents>;
  readonly log: Pick<Logger, "debug">;
  /** Origins whose pages may connect, beside the server's own. */
  readonly origins: readonly string[];
  admission(): Pick<Admission, "open" | "opened">;
}

/** Where clients come in: who gets a WebSocket, and the connection that becomes of it. */
export class Reception implements TransportHooks {
  readonly #options: ReceptionOptions;
  readonly #refuseOrigin: ReturnType<typeof originCheck>;
  /** Ids are unique in the cluster. */
  readonly #idPrefix = `${randomBytes(6).toString("base64url")}-`;
  #lastId = 0;

  constructor(options: ReceptionOptions) {
    this.#options = options;
    this.#refuseOrigin = originCheck(options.origins);
  }

  upgrade(request: UpgradeRequest): UpgradeAnswer {
    // a connection kept alive for plain requests may still ask
    if (!this.#options.admission().open) return { status: 503, body: "Restarting\n" };
    return this.#refuseOrigin(request) ?? negotiate(request);
  }

  open(socket: Socket, request: UpgradeRequest, subprotocol: string): Connection {
    const { connections, services, events, log, admission } = this.#options;
    const id = this.#idPrefix + (++this.#lastId).toString(36);
    const connection = new Connection(id, socket, request, subprotocol === SUBPROTOCOL_MSGPACK, services);
    connections.add(connection);
    admission().opened();
    log.debug({ connection: id, address: request.address }, "connection opened");
    events.emit("connection", connection);
    return connection;
  }
}
