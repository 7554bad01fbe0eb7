import type { AppDefinition } from "../app.ts";
import type { Config } from "../config.ts";
import { Authenticator } from "./authenticator.ts";
import { IdentityWatch } from "./identity-watch.ts";
import { createJwtVerifier } from "./jwt.ts";
import { Revocations } from "./revocations.ts";

/** What a socket worker needs to know who its clients are. */
export interface Authentication {
  readonly authenticator: Authenticator;
  readonly revocations: Revocations;
  readonly watch: IdentityWatch;
}

/**
 * Puts it together as an application and a configuration ask for it.
 * @param failed told of what is no client's fault
 * @throws StartError where the key of tokens cannot be read
 */
export async function createAuthentication(
  { authenticate, requireUser = false }: Pick<AppDefinition<unknown, unknown>, "authenticate" | "requireUser">,
  config: Config,
  failed: (error: unknown) => void,
): Promise<Authentication> {
  const { authCookie: cookie, authTimeoutMs: timeoutMs } = config;
  const revocations = new Revocations();
  const verifyJwt = await createJwtVerifier(config);
  const authenticator = new Authenticator({ authenticate, verifyJwt, cookie, timeoutMs, revocations, failed });
  return { authenticator, revocations, watch: new IdentityWatch({ requireUser, timeoutMs }) };
}
