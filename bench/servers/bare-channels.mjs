// Bare uWebSockets.js, as fast as it goes: a call is decoded from MessagePack, added up and encoded; what is to be published
// is handed to its own publish as it came.

import { App, us_socket_local_port } from "uWebSockets.js";
import { Packr, Unpackr } from "msgpackr";
import { hashForLong } from "../lib/hash-for-long.mjs";
import { report } from "../lib/report-usage.mjs";

const format = { useRecords: false, variableMapSize: true };
const packr = new Packr(format);
const unpackr = new Unpackr(format);

const PROCEDURES = { "math.add": ({ x, y }) => x + y, echo: (data) => data, hash: hashForLong };

const app = App();
app.ws("/*", {
  ...{ idleTimeout: 0, maxPayloadLength: 1024 * 1024, maxBackpressure: 16 * 1024 * 1024 },
  message(socket, bytes) {
    const [kind, id, what, data] = unpackr.unpack(Buffer.from(bytes));
    if (kind === 2) socket.send(packr.pack([3, id, PROCEDURES[what](data)]), true);
    else if (kind === 8) {
      socket.subscribe(what);
      socket.send(packr.pack([3, id, true]), true);
    } else app.publish(what, packr.pack([12, what, data]), true);
  },
});
app.listen("127.0.0.1", 0, (socket) => report(us_socket_local_port(socket)));
