// SocketCluster: a procedure, and its broker for channels.
import { createServer } from "node:http";
import socketCluster from "socketcluster-server";
import { report } from "../../lib/report-usage.mjs";

const server = createServer();
const cluster = socketCluster.attach(server, { authKey: "0123456789abcdef0123456789abcdef" });

async function serve(socket) {
  for await (const request of socket.procedure("math.add")) request.end(request.data.x + request.data.y);
}

async function accept() {
  for await (const { socket } of cluster.listener("connection")) void serve(socket);
}

void accept();
server.listen(0, "127.0.0.1", () => report(server.address().port));
