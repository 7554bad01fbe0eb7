import type { StartRequest } from "./cli/cli.ts";
import { loadApp } from "./load-app.ts";
import { createServer } from "./server.ts";

/** Serves the application that a module exports as `app` or as its default. Resolves when everything is up. */
export async function start({ appUrl, config }: StartRequest): Promise<void> {
  await createServer(() => loadApp(appUrl), { signals: true, ...(config && { loaded: config }) }).listen();
}
