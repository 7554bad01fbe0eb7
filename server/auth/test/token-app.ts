import { AppError, type CallContext, type Credentials, defineApp, type Identity } from "../../index.ts";

/** `ada` and `ada:<milliseconds to live>` are tokens of ada's. */
export function authenticate({ token }: Credentials): Identity | undefined {
  if (token === "banned") throw new AppError("FORBIDDEN", "Not you.");
  if (token === "broken") throw new Error("a secret of the application's");
  const [user, ttl] = (token ?? "").split(":");
  if (user === undefined || user === "" || user === "wrong") return undefined;
  return { user, ...(ttl === undefined ? {} : { expiresAt: Date.now() + Number(ttl) }) };
}

export const procedures = {
  whoami: (_: unknown, { user, session }: CallContext) => ({ user, proven: session.proven, tags: session.tags }),
  login: (user: string | null, { session }: CallContext) => session.setUser(user ?? undefined),
};

export const app = defineApp({ procedures, authenticate });
