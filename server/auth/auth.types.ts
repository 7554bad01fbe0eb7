/** Compiled, never run: what applications may say of who does what. */

import { same } from "../../shared/test/type-checks.ts";
import { AppError, type CallContext, defineApp } from "../index.ts";

export const guarded = defineApp({
  requireUser: true,
  authenticate: async ({ token, claims, headers, query, ip, path }) => {
    same<typeof token, string | undefined>();
    same<typeof claims, Readonly<Record<string, unknown>> | undefined>();
    const known = headers.get("x-user") ?? query.get("user") ?? ip + path;
    return token === "" ? null : { user: known, expiresAt: 5, tags: { role: "x" } };
  },
  procedures: {
    open: { requireUser: false, handler: () => 1 },
    mine: {
      authorize: async (context) => {
        same<typeof context, CallContext>();
        return context.user === "ada";
      },
      handler: (_: unknown, context) => context.toUser("ada").publish({ any: "thing" }),
    },
  },
  channels: {
    "user:*": { perUser: true },
    "room:*": {
      authorize({ action, channel, user, session, data }) {
        same<typeof action, "subscribe" | "publish" | "presence" | "history">();
        same<typeof data, unknown>();
        if (session.tags.banned === channel) throw new AppError("FORBIDDEN");
        return user !== undefined;
      },
    },
  },
});

export function refused(): void {
  // @ts-expect-error a user is a string, or comes in an object
  defineApp({ authenticate: () => 5 });
  // @ts-expect-error an identity has a user
  defineApp({ authenticate: () => ({ name: "ada" }) });
  // @ts-expect-error a verdict is a boolean
  defineApp({ channels: { a: { authorize: () => "yes" } } });
  // @ts-expect-error a verdict is a boolean
  defineApp({ procedures: { wrong: { authorize: () => 1, handler: () => 1 } } });
}
