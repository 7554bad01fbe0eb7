// Fugitive as it is run: a primary and two socket workers.
import { defineApp } from "../../dist/server/index.js";
import { serve } from "../lib/serve.mjs";

const app = defineApp({ procedures: { "math.add": ({ x, y }) => x + y }, channels: { "*": {} } });

await serve(app, { workers: 2 });
