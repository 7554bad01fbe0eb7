// `npm start`: builds where dist/ is missing or stale, then serves, in this very process so that signals reach it.
// Arguments go to the server: `npm start -- --port 9000`.
import { build, isStale } from "./build.mjs";

if (!process.env.FUGITIVE_SOCKET_WORKER && isStale()) {
  try {
    await build();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
await import(new URL("../dist/server/main.js", import.meta.url).href);
