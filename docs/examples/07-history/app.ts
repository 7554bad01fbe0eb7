import { defineApp } from "fugitive/server";

export const app = defineApp({
  channels: {
    // the last thousand, five minutes each: whoever comes back within that misses nothing
    "orders:*": { history: { size: 1_000, ttlMs: 300_000 } },
    // a state, of which only the newest counts: whoever subscribes gets it at once
    "price:*": { history: { mode: "latest" }, slowReaders: "latest" },
  },
});
