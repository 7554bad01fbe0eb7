import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { onTestFinished } from "vitest";
import type { ConnectionHandle, Deal } from "../deal.ts";

/** Accepts connections for a transport, as the primary does for its socket workers. */
export async function dealing(): Promise<Deal & { readonly port: number }> {
  let take: Parameters<Deal["begin"]>[0] | undefined;
  const server = createServer({ pauseOnConnect: true }, (connection) => {
    const { _handle: handle } = connection as unknown as { _handle: ConnectionHandle };
    if (take === undefined) connection.destroy();
    else take(handle);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return {
    port: (server.address() as AddressInfo).port,
    begin(its) {
      take = its;
    },
    end: () => void server.close(),
  };
}
