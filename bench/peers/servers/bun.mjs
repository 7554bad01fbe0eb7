// A server of a few lines on Bun, as its documentation writes them: native publish and subscribe. Runs in Bun.
import { report } from "../../lib/report-usage.mjs";
import { answer, publishTo } from "./hand-written.mjs";

const server = Bun.serve({
  ...{ port: 0, hostname: "127.0.0.1" },
  fetch(request, server) {
    return server.upgrade(request) ? undefined : new Response("WebSockets only", { status: 426 });
  },
  websocket: {
    ...{ perMessageDeflate: false, idleTimeout: 960 },
    message(socket, message) {
      const text = answer(JSON.parse(message), {
        subscribe: (topic) => socket.subscribe(topic),
        publish: (topic, data) => server.publish(topic, publishTo(topic, data)),
      });
      if (text !== undefined) socket.send(text);
    },
  },
});
report(server.port);
