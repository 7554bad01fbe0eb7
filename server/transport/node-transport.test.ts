import { createNodeTransport } from "./node-transport.ts";
import { publicTransportSuite } from "./test/public-suite.ts";
import { slowSuite } from "./test/slow-suite.ts";

publicTransportSuite("over node:http and ws", createNodeTransport);

slowSuite("over node:http and ws", (options, hooks, routes) =>
  createNodeTransport({ ...options, slowMs: 1_500 }, hooks, routes),
);
