import type { Emitter } from "../../shared/emitter.ts";
import type { AppError } from "../../shared/errors.ts";
import { SUBPROTOCOL_MSGPACK } from "../../shared/message.ts";
import type { Admission } from "../admission.ts";
import type { ServerEvents } from "../app.ts";
import type { Authenticator } from "../auth/authenticator.ts";
import type { IdentityWatch } from "../auth/identity-watch.ts";
import { sendAway } from "../auth/refusal.ts";
import type { Logger } from "../logger.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { Socket, TransportHooks, UpgradeAnswer, UpgradeRequest } from "../transport/transport.ts";
import { Connection } from "./connection.ts";
import { idMaker } from "./connection-id.ts";
import type { ConnectionServices } from "./connection-services.ts";
import type { Connections } from "./connections.ts";
import { negotiate } from "./negotiate.ts";
import { originCheck } from "./origin.ts";

export interface ReceptionOptions {
  readonly connections: Connections;
  readonly services: ConnectionServices;
  readonly events: Emitter<ServerEvents>;
  readonly log: Pick<Logger, "debug">;
  readonly authenticator: Pick<Authenticator, "concerns" | "ofRequest" | "looksAtRequests">;
  readonly sessions: Pick<Sessions, "of">;
  readonly watch: Pick<IdentityWatch, "look">;
  /** Origins whose pages may connect, beside the server's own. */
  readonly origins: readonly string[];
  admission(): Pick<Admission, "open" | "opened">;
}

/** Where clients come in: who gets a WebSocket, and the connection that becomes of it. */
export class Reception implements TransportHooks {
  readonly #options: ReceptionOptions;
  readonly #refuseOrigin: ReturnType<typeof originCheck>;
  readonly #nextId = idMaker();

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
    const { connections, services, events, log, admission, authenticator, watch } = this.#options;
    const id = this.#nextId();
    const connection = new Connection(id, socket, request, subprotocol === SUBPROTOCOL_MSGPACK, services);
    if (authenticator.looksAtRequests) connection.presented = request;
    connections.add(connection);
    admission().opened();
    watch.look(connection);
    if (authenticator.concerns(request)) this.#identify(connection, request);
    log.debug({ connection: id, address: request.address }, "connection opened");
    events.emit("connection", connection);
    return connection;
  }

  /** Finds out whose a connection is by its request; what its client says meanwhile waits for that. */
  #identify(connection: Connection, request: UpgradeRequest): void {
    const { authenticator, sessions, watch } = this.#options;
    connection.hold();
    authenticator.ofRequest(request).then(
      (identity) => {
        if (!connection.open) return;
        connection.identity = identity;
        // it may never say a word, and is somebody's all the same
        if (identity !== undefined) sessions.of(connection);
        watch.look(connection);
        connection.release();
      },
      (error: AppError) => sendAway(connection, error),
    );
  }
}
