import type { Contract } from "../shared/contract.ts";
import { portableDeflate } from "../shared/portable-deflate.ts";
import { Client } from "./client.ts";
import type { connect as connectInBrowser } from "./index.ts";
import { NodeWebSocket } from "./node-web-socket.ts";
import type { ClientOptions } from "./options.ts";

export { AppError } from "../shared/errors.ts";
export { definePlugin } from "./plugin.ts";
export { story } from "./story.ts";

/** Connects to a server over the `ws` package, whatever this Node brings itself; else the same as in a browser. */
export const connect: typeof connectInBrowser = <App extends Contract>(
  url: string | URL,
  options: ClientOptions = {},
) => new Client<App>(url, options, options.webSocket ?? NodeWebSocket, portableDeflate);
