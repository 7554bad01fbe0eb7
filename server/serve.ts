import { fileURLToPath } from "node:url";
import type { App } from "./app.ts";
import type { StartRequest } from "./cli/cli.ts";
import { createServer } from "./server.ts";
import { StartError } from "./start-error.ts";

/** Serves the application that a module exports as `app` or as its default. Resolves when everything is up. */
export async function start({ appUrl, config }: StartRequest): Promise<void> {
  await createServer(() => loadApp(appUrl), { loaded: config, signals: true }).listen();
}

async function loadApp(url: URL): Promise<App> {
  const { app, default: fallback } = (await import(url.href)) as { app?: unknown; default?: unknown };
  const found = app ?? fallback;
  if (isApp(found)) return found;
  throw new StartError(`${fileURLToPath(url)} exports no application; it needs: export const app = defineApp({ … });`);
}

function isApp(value: unknown): value is App {
  return typeof value === "object" && value !== null && typeof (value as Partial<App>).definition === "object";
}
