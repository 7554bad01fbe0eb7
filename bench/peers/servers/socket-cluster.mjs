// SocketCluster: a procedure, and its broker for channels.
import { createServer } from "node:http";
import socketCluster from "socketcluster-server";
import { report } from "../../lib/report-usage.mjs";

const server = createServer();
const cluster = socketCluster.attach(server, { authKey: "0123456789abcdef0123456789abcdef" });

const PROCEDURES = { "math.add": ({ x, y }) => x + y, echo: (data) => data };

async function serve(socket, name) {
  for await (const request of socket.procedure(name)) request.end(PROCEDURES[name](request.data));
}

async function accept() {
  for await (const { socket } of cluster.listener("connection")) {
    for (const name of Object.keys(PROCEDURES)) void serve(socket, name);
  }
}

void accept();
server.listen(0, "127.0.0.1", () => report(server.address().port));
