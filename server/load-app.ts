import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { App } from "./app.ts";
import { StartError } from "./start-error.ts";

/**
 * Loads the application that a module exports as `app` or as its default.
 * @throws StartError where it exports none
 */
export async function loadApp(url: URL): Promise<App> {
  const { app, default: fallback } = (await import(url.href)) as { app?: unknown; default?: unknown };
  const found = app ?? fallback;
  if (isApp(found)) return found;
  throw new StartError(`${fileURLToPath(url)} exports no application; it needs: export const app = defineApp({ … });`);
}

/** The same from a file, by its path from the working directory. */
export async function loadAppFile(file: string): Promise<App> {
  const url = pathToFileURL(resolve(file));
  return loadApp(url).catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new StartError(`the application ${file} of a path cannot be loaded: ${(error as Error).message}`);
  });
}

function isApp(value: unknown): value is App {
  return typeof value === "object" && value !== null && typeof (value as Partial<App>).definition === "object";
}
