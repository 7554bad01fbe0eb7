import { defineApp } from "fugitive/server";
import { z } from "zod";

/** What a database would know. */
const users = new Map([
  ["token-of-ann", "ann"],
  ["token-of-bob", "bob"],
]);
const name = z.string().min(1).max(40);
const text = z.string().min(1).max(2_000);

export const app = defineApp({
  // io.use(…)
  requireUser: true,
  authenticate: ({ token = "" }) => users.get(token),

  procedures: {
    // socket.on("message", …) and its acknowledgement
    message: {
      input: z.object({ room: name, text }),
      handler: ({ room, text }, context) => {
        context.publish(`room:${room}`, { from: context.user, text });
        return text.length;
      },
    },
    // socket.on("typing", …)
    typing: { input: name, handler: (room, context) => context.publish(`typing:${room}`, context.user) },
    // socket.on("whisper", …)
    whisper: {
      input: z.object({ to: name, text }),
      handler: ({ to, text }, context) => context.toUser(to).publish(`${context.user} whispers: ${text}`),
    },
  },

  channels: {
    // rooms that clients join; what is said in one passes a procedure. connectionStateRecovery is `history`
    "room:*": { data: z.object({ from: name, text }), publish: false, history: { size: 1_000, ttlMs: 120_000 } },
    // socket.volatile
    "typing:*": { data: name, publish: false, slowReaders: "latest" },
  },
});
