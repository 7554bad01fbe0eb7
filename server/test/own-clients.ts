import { onTestFinished } from "vitest";
import type { Client } from "../../client/client.ts";
import { connect } from "../../client/node.ts";

/** Clients of the project's own, connected; closed when the test is over. */
export async function ownClients(port: number, count: number): Promise<Client[]> {
  const clients = Array.from({ length: count }, () => connect(`ws://127.0.0.1:${port}`));
  onTestFinished(() => {
    for (const client of clients) client.close();
  });
  await Promise.all(clients.map(({ ready }) => ready));
  return clients;
}

/** Counts how often each client loses its connection from now on. */
export function countMoves(clients: readonly Client[]): number[] {
  const moves = clients.map(() => 0);
  for (const [index, client] of clients.entries()) {
    client.on("state", (state) => {
      if (state === "waiting") moves[index] = (moves[index] ?? 0) + 1;
    });
  }
  return moves;
}
