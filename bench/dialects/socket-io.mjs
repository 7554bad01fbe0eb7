import { Packr } from "msgpackr";
import { clientFrame, textFrame } from "../lib/raw-client.mjs";

const packr = new Packr({ useRecords: false });
const EIO = { path: "/socket.io/?EIO=4&transport=websocket", pong: textFrame("3") };
const binary = (packet) => clientFrame(packr.pack({ nsp: "/", ...packet }));
const CONNECT = 0;
const EVENT = 2;

/** Engine.IO opens, then a client connects to the namespace, and is told so. */
const handshake = (connect) => async (socket, read) => {
  await read();
  socket.write(connect);
  await read();
};

/** Socket.IO as its client speaks it: events with the number of an acknowledgement. */
export const SOCKET_IO = {
  ...EIO,
  handshake: handshake(textFrame("40")),
  call: (id = 1) => textFrame(`42${id}["math.add",{"x":1,"y":6}]`),
  invoke: (procedure, input) => textFrame(`421${JSON.stringify([procedure, input])}`),
  subscribe: (topic) => textFrame(`421["subscribe","${topic}"]`),
  whereabouts: {
    ask: textFrame('421["subscribe","nobody"]'),
    read: (bytes) => JSON.parse(bytes.subarray("431".length))[0],
  },
  publish: (topic, data) => textFrame(`42["publish","${topic}",${JSON.stringify(data)}]`),
};

/** The same with socket.io-msgpack-parser. */
export const SOCKET_IO_MSGPACK = {
  ...EIO,
  handshake: handshake(binary({ type: CONNECT })),
  call: (id = 1) => binary({ type: EVENT, id, data: ["math.add", { x: 1, y: 6 }] }),
  invoke: (procedure, input) => binary({ type: EVENT, id: 1, data: [procedure, input] }),
  subscribe: (topic) => binary({ type: EVENT, id: 1, data: ["subscribe", topic] }),
  whereabouts: {
    ask: binary({ type: EVENT, id: 1, data: ["subscribe", "nobody"] }),
    read: (bytes) => packr.unpack(bytes).data[0],
  },
  publish: (topic, data) => binary({ type: EVENT, data: ["publish", topic, data] }),
};
