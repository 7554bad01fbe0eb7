// Socket.IO, over ws or over uWebSockets.js, with its own parser or the one for MessagePack: `socket-io.mjs [uws] [msgpack]`.
// In a cluster with as many workers as PEER_WORKERS says, with its cluster adapter. Where all clients come by WebSocket, as
// here, its documentation has no need for sticky sessions: Node.js deals the connections. With "recovery", connections' state
// is recovered where it can be; with "redis-streams", workers speak by the adapter that can do so from one to the other.
import cluster from "node:cluster";
import { createServer } from "node:http";
import { createAdapter, setupPrimary } from "@socket.io/cluster-adapter";
import { Server } from "socket.io";
import parser from "socket.io-msgpack-parser";
import { hashForLong } from "../../lib/hash-for-long.mjs";
import { report } from "../../lib/report-usage.mjs";

const workers = Number(process.env.PEER_WORKERS ?? 0);
const options = {
  transports: ["websocket"],
  ...(process.argv.includes("msgpack") && { parser }),
  ...(process.argv.includes("recovery") && {
    connectionStateRecovery: { maxDisconnectionDuration: 2 * 60 * 1_000, skipMiddlewares: true },
  }),
};

async function adapter() {
  if (!process.argv.includes("redis-streams")) return createAdapter();
  const [{ createAdapter: createStreamsAdapter }, { createClient }] = await Promise.all([
    import("@socket.io/redis-streams-adapter"),
    import("redis"),
  ]);
  const client = createClient({ url: process.env.REDIS_URL });
  await client.connect();
  return createStreamsAdapter(client);
}

function application(io) {
  // what its documentation recommends where memory counts
  io.engine.on("connection", (raw) => {
    raw.request = null;
  });
  io.on("connection", (socket) => {
    socket.on("math.add", ({ x, y }, done) => done(x + y));
    socket.on("echo", (data, done) => done(data));
    socket.on("hash", (rounds, done) => done(hashForLong(rounds)));
    socket.on("subscribe", (topic, done) => {
      socket.join(topic);
      done(process.pid);
    });
    socket.on("publish", (topic, data) => io.to(topic).emit("event", data));
  });
}

if (workers > 0 && cluster.isPrimary) {
  setupPrimary();
  cluster.setupPrimary({ serialization: "advanced" });
  for (let index = 0; index < workers; index++) cluster.fork();
  // as in its README
  cluster.on("exit", () => cluster.fork());
  let ready = 0;
  cluster.on("listening", (_, { port }) => {
    if (++ready === workers) report(port);
  });
} else if (workers > 0) {
  const server = createServer();
  application(new Server(server, { ...options, adapter: await adapter() }));
  // one port for all of them, which the primary finds
  server.listen(0, "127.0.0.1");
} else if (process.argv.includes("uws")) {
  const { createApp, listen } = await import("../../lib/uws-app.mjs");
  const io = new Server(options);
  const app = createApp();
  io.attachApp(app);
  application(io);
  listen(app, report);
} else {
  const server = createServer();
  application(new Server(server, options));
  server.listen(0, "127.0.0.1", () => report(server.address().port));
}
