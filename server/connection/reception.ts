import type { Emitter } from "../../shared/emitter.ts";
import type { AppError } from "../../shared/errors.ts";
import { SUBPROTOCOL_MSGPACK } from "../../shared/message.ts";
import type { Admission } from "../admission.ts";
import type { ServerEvents } from "../app.ts";
import type { Authenticator } from "../auth/authenticator.ts";
import type { IdentityWatch } from "../auth/identity-watch.ts";
import { sendAway } from "../auth/refusal.ts";
import { RawConnection } from "../gateway/raw-connection.ts";
import type { Logger } from "../logger.ts";
import type { CreateConnection } from "../paths/path-services.ts";
import type { Paths } from "../paths/paths.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { Socket, TransportHooks, UpgradeAnswer, UpgradeRequest } from "../transport/transport.ts";
import type { Connection } from "./connection.ts";
import { idMaker } from "./connection-id.ts";
import type { Connections } from "./connections.ts";
import { negotiate } from "./negotiate.ts";
import { originCheck } from "./origin.ts";

export interface ReceptionOptions {
  readonly connections: Connections;
  /** Makes a connection, as its path is. */
  readonly create: CreateConnection;
  readonly paths: Pick<Paths, "of" | "firstTags">;
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
    const raw = this.#options.paths.of(request.path)?.mode === "raw";
    return this.#refuseOrigin(request) ?? (raw ? { subprotocol: request.offers[0] ?? "" } : negotiate(request));
  }

  open(socket: Socket, request: UpgradeRequest, subprotocol: string): Connection {
    const { connections, create, events, log, admission, authenticator, watch, paths } = this.#options;
    const connection = create(this.#nextId(), socket, request, subprotocol === SUBPROTOCOL_MSGPACK);
    connection.initialTags = paths.firstTags(request);
    if (authenticator.looksAtRequests) connection.presented = request;
    connections.add(connection);
    admission().opened();
    watch.look(connection);
    if (authenticator.concerns(request)) this.#identify(connection, request);
    log.debug({ connection: connection.id, address: request.address }, "connection opened");
    events.emit("connection", connection);
    if (connection instanceof RawConnection) connection.begin();
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
