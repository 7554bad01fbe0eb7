import { textFrame } from "../lib/raw-client.mjs";

const event = (name, data, cid) => textFrame(JSON.stringify({ event: name, data, cid }));

/** SocketCluster's protocol. */
export const SOCKET_CLUSTER = {
  path: "/socketcluster/",
  pong: textFrame(""),
  async handshake(socket, read) {
    socket.write(event("#handshake", { authToken: null }, 1));
    await read();
  },
  call: (id = 2) => event("math.add", { x: 1, y: 6 }, id),
  invoke: (procedure, input) => event(procedure, input, 2),
  subscribe: (channel) => event("#subscribe", { channel }, 2),
  publish: (channel, data) => event("#publish", { channel, data }),
};
