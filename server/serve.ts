import type { LoadedConfig } from "./config.ts";
import { loadApp } from "./load-app.ts";
import { createServer } from "./server.ts";

/** What `fugitive serve` asks for. */
export interface StartRequest {
  /** ES module that exports an application as `app` or as its default. */
  readonly appUrl: URL;
  /** None in a socket worker: it is told its own. */
  readonly config: LoadedConfig | undefined;
}

/** Serves the application that a module exports as `app` or as its default. Resolves when everything is up. */
export async function start({ appUrl, config }: StartRequest): Promise<void> {
  await createServer(() => loadApp(appUrl), { signals: true, ...(config && { loaded: config }) }).listen();
}
