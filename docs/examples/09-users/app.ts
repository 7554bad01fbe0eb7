import { defineApp } from "fugitive/server";

/** What a database would know. */
const tokens = new Map([
  ["token-of-ann", "ann"],
  ["token-of-bob", "bob"],
]);
const rooms = new Map([["cellar", new Set(["bob"])]]);

export const app = defineApp({
  // nothing here is for who does not say who he is
  requireUser: true,
  authenticate: ({ token = "" }) => tokens.get(token),

  procedures: {
    whoami: (_: unknown, { user }) => user,
    praise: (name: string, context) => context.toUser(name).publish(`${context.user} likes you`),
    fire: {
      authorize: ({ user }) => user === "bob",
      handler: (name: string, context) => context.revoke({ user: name }),
    },
  },

  channels: {
    // user:ann and user:ann#todo are ann's alone
    "user:*": { perUser: true },
    "room:*": {
      authorize: ({ channel, user = "" }) => rooms.get(channel.slice("room:".length))?.has(user) ?? true,
    },
  },
});
