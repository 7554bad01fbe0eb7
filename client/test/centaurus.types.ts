/** Compiled, never run: a Centaurus is what `offload` and `share` take, and its functions are known by their names. */

import { Centaurus } from "../../centaurus/index.ts";
import { same } from "../../shared/test/type-checks.ts";
import type { Client } from "../index.ts";
import type { FunctionName, WorkerPool } from "../workers/worker-pool.ts";

export async function pools(client: Client): Promise<void> {
  const unknown = new Centaurus("/centaurus.worker.js");
  same<FunctionName<typeof unknown>, string>();
  client.offload(unknown)();
  client.offload(unknown, { url: new URL("https://cdn.test/client-codec.mjs"), receiveBytes: 1, timeoutMs: 1 });
  client.share(unknown, { functions: ["whatever"] })();

  const known = await unknown.register({ hash: (text: string) => text.length, *count() {} });
  same<FunctionName<typeof known>, "hash" | "count">();
  client.offload(known);
  client.share(known, { functions: ["hash", "count"], prefix: "page.", concurrency: 2, busy: 0.1 });
  // @ts-expect-error: there is no such function
  client.share(known, { functions: ["hush"] });
  // @ts-expect-error: this is none that was registered
  client.share(known, { functions: ["terminate"] });
  // @ts-expect-error: what is shared has to be said
  client.share(known, {});
  // @ts-expect-error: this is no Centaurus
  client.offload({});

  // what is no Centaurus, and does the same
  const other: WorkerPool = { registerModule: async () => undefined };
  client.share(other, { functions: ["anything"] });
}
