// Bare uWebSockets.js servers to measure against. argv[2]: "echo" sends frames back as they are; "codec" decodes the
// MessagePack message and encodes the answer, and does nothing else.

import { App } from "uWebSockets.js";
import { Packr, Unpackr } from "msgpackr";
import { report } from "../lib/report-usage.mjs";

const format = { useRecords: false, variableMapSize: true };
const packr = new Packr(format);
const unpackr = new Unpackr(format);

const behaviors = {
  echo: (socket, bytes) => socket.send(bytes, true),
  codec(socket, bytes) {
    const [, id, , { x, y }] = unpackr.unpack(Buffer.from(bytes));
    socket.send(packr.pack([3, id, x + y]), true);
  },
};

App()
  .ws("/*", { idleTimeout: 0, message: behaviors[process.argv[2]] })
  .listen("127.0.0.1", 0, async (socket) => {
    const { us_socket_local_port } = await import("uWebSockets.js");
    report(us_socket_local_port(socket));
  });
