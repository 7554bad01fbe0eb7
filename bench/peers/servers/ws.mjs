// A server of a few lines on ws: JSON with an id, as many write it by hand, and a set of subscribers for each topic.
import { WebSocketServer } from "ws";
import { report } from "../../lib/report-usage.mjs";
import { answer, publishTo } from "./hand-written.mjs";

const topics = new Map();
const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
server.on("connection", (socket) => {
  socket.on("message", (bytes) => {
    const text = answer(JSON.parse(bytes), {
      subscribe(topic) {
        if (!topics.has(topic)) topics.set(topic, new Set());
        topics.get(topic).add(socket);
      },
      publish(topic, data) {
        const event = publishTo(topic, data);
        for (const subscriber of topics.get(topic) ?? []) subscriber.send(event);
      },
    });
    if (text !== undefined) socket.send(text);
  });
  socket.on("close", () => {
    for (const subscribers of topics.values()) subscribers.delete(socket);
  });
});
server.on("listening", () => report(server.address().port));
