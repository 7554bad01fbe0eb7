// Fugitive as one of several hosts: a primary and a socket worker, with the Redis of REDIS_URL.
import { defineApp } from "../../dist/server/index.js";
import { serve } from "../lib/serve.mjs";

const app = defineApp({ channels: { "*": {}, "kept:*": { history: { size: 1_000 } } } });

await serve(app, { workers: 1, redis: process.env.REDIS_URL ?? "" });
