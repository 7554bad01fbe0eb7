// For those peers that can stand on uWebSockets.js, too: it is installed for Fugitive.
import { App, us_socket_local_port } from "uWebSockets.js";

export const createApp = App;

/** Listens at a free port of loopback, and tells which. */
export function listen(app, listening) {
  app.listen("127.0.0.1", 0, (socket) => listening(us_socket_local_port(socket)));
}
