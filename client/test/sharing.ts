import { AppError } from "../../shared/errors.ts";
import { type CallOptions, Kind, type ServerMessage } from "../../shared/message.ts";
import type { ShareOptions } from "../workers/share-options.ts";
import { FakePool } from "./fake-pool.ts";
import { sayWelcome } from "./fake-server.ts";
import { connected, type Pair, pass } from "./setup.ts";
// fetched before the tests, so that they need not wait for it
import "../page-workers.ts";

const FUNCTIONS = {
  double: (input: number) => input * 2,
  later: (ms: number) => new Promise((resolve) => setTimeout(() => resolve("late"), ms)),
  forever: () => new Promise(() => {}),
  *count(to: number) {
    for (let number = 0; number < to; number++) yield number;
    return "end";
  },
  soldOut() {
    throw new AppError("SOLD_OUT", "Nothing left.", { seats: 0 });
  },
  lostClass() {
    throw Object.assign(new Error("Nothing left."), { name: "AppError", code: "SOLD_OUT", details: { seats: 0 } });
  },
  broken() {
    throw new Error("a detail for nobody");
  },
};

/** A client that shares functions of a pool. */
export interface Sharing extends Pair {
  readonly pool: FakePool;
  readonly errors: unknown[];
  /** RESULT and ERROR, by the id they answer. */
  readonly answers: ReadonlyMap<unknown, readonly unknown[]>;
  /** Calls, as the server does. Ids count from 1. */
  call(name: string, input?: unknown, options?: CallOptions): void;
  end(): void;
}

export async function sharing(
  functions: readonly string[],
  options: Omit<ShareOptions, "functions"> = {},
): Promise<Sharing> {
  const answers = new Map<unknown, readonly unknown[]>();
  const { client, server } = await connected((message, connection) => {
    sayWelcome(message, connection);
    if (message[0] === Kind.RESULT || message[0] === Kind.ERROR) answers.set(message[1], message);
  });
  const errors: unknown[] = [];
  client.on("error", (error) => errors.push(error));
  const pool = new FakePool(FUNCTIONS);
  const end = client.share(pool, { functions, ...options });
  // what was imported already is imported once more
  await import("../page-workers.ts");
  await pass(1);
  let lastId = 0;
  const call: Sharing["call"] = (name, input, its) => {
    const message = [Kind.CALL, ++lastId, name, input, ...(its === undefined ? [] : [its])];
    server.connection.send(message as unknown as ServerMessage);
  };
  return { client, server, pool, errors, answers, call, end };
}
