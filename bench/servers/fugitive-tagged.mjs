// A primary and two socket workers whose connections are tagged by the query they come with. Its control port is given.
import { defineApp } from "../../dist/server/index.js";
import { serve } from "../lib/serve.mjs";

const [controlPort] = process.argv.slice(2).map(Number);
const app = defineApp({
  channels: { "*": {} },
  tags: ({ query }) => Object.fromEntries(query),
});

await serve(app, { workers: 2, port: 0, controlPort });
