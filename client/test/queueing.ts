import { type ClientMessage, Kind, type MessageId } from "../../shared/message.ts";
import type { ClientOptions } from "../options.ts";
import { type FakeConnection, resume, WELCOME } from "./fake-server.ts";
import { connected, type Pair, pass, settled } from "./setup.ts";

/** A client of a server that has a queue: the test says what that has, and what comes of it. */
export interface Queueing extends Pair {
  /** The ids of the calls that came on the newest connection. */
  ids(): MessageId[];
  /** Says that the queue has the newest call, or that of an id. */
  acknowledge(id?: MessageId): Promise<void>;
  answer(id: MessageId | undefined, data: unknown): void;
  /** Loses the connection; the next one is there when it resolves. */
  reconnect(): Promise<void>;
}

/** @param alwaysNew whether the server knows nothing of any session after a loss */
export async function queueing(options: ClientOptions = {}, alwaysNew = false): Promise<Queueing> {
  let sessions = 0;
  const welcome = (message: ClientMessage, connection: FakeConnection) => {
    if (!alwaysNew) resume(message, connection);
    else if (message[0] === Kind.HELLO) connection.send([Kind.WELCOME, { ...WELCOME, session: `s${++sessions}` }]);
    // a connection that says nothing would be given up
    if (message[0] === Kind.PING) connection.send([Kind.PONG, message[1]]);
  };
  const pair = await connected(welcome, { attempts: 3, ...options });
  const { server } = pair;
  const ids = () => server.connection.of(Kind.CALL).map(([, id]) => id);
  const named = (id: MessageId | undefined) => {
    if (id === undefined) throw new Error("There is no such call.");
    return id;
  };
  return {
    ...pair,
    ids,
    async acknowledge(id) {
      await settled();
      server.connection.send([Kind.ACK, named(id ?? ids().at(-1)), { job: "job-1" }]);
    },
    answer: (id, data) => server.connection.send([Kind.RESULT, named(id), data]),
    async reconnect() {
      const before = server.connections.length;
      server.connection.hangUp(1006);
      while (server.connections.length === before) await pass(100);
      await settled();
    },
  };
}
