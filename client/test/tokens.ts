import { vi } from "vitest";
import { Kind } from "../../shared/message.ts";
import type { GivenToken, TokenRequest } from "../credentials.ts";
import type { FakeConnection } from "./fake-server.ts";
import type { Pair } from "./setup.ts";

/** A token function that gives one after the other, and then the last again and again. */
export function giving(...tokens: GivenToken[]) {
  return vi.fn(async (_request: TokenRequest) => (tokens.length > 1 ? tokens.shift() : tokens[0]));
}

/** The token a connection said HELLO with. */
export function hello(connection: FakeConnection): unknown {
  return connection.of(Kind.HELLO)[0]?.[1].token;
}

/** The tokens of all connections. */
export function tokens({ server }: Pair): unknown[] {
  return server.connections.map(hello);
}

/** Why a token function was asked, each time. */
export function reasons(token: ReturnType<typeof giving>): string[] {
  return token.mock.calls.map(([{ reason }]) => reason);
}
