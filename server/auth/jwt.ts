import { readFile } from "node:fs/promises";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  importSPKI,
  importX509,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from "jose";
import { AppError } from "../../shared/errors.ts";
import type { Config } from "../config.ts";
import { StartError } from "../start-error.ts";
import type { Identity } from "./credentials.ts";

/** What a token says, which is true: its signature has been verified. */
export interface Verified extends Pick<Identity, "expiresAt" | "issuedAt"> {
  readonly claims: Readonly<Record<string, unknown>>;
  /** Its subject. */
  readonly user: string | undefined;
}

/** @throws AppError `UNAUTHENTICATED` for a token that proves nothing; `UNAVAILABLE` where its key cannot be fetched now */
export type VerifyJwt = (token: string) => Promise<Verified>;

type JwtOptions = Pick<
  Config,
  "jwtSecret" | "jwtKey" | "jwksUrl" | "jwtAudience" | "jwtIssuer" | "jwtToleranceMs" | "authTimeoutMs"
>;

/** Each kind of key verifies its own algorithms only: a public key taken for a secret would let everybody sign. */
const SECRET_ALGORITHMS = ["HS256", "HS384", "HS512"];
const PUBLIC_ALGORITHMS = ["ES256", "ES384", "ES512", "EdDSA", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"];

/** What went wrong that is not the token's fault. */
const NOT_REACHED = new Set(["ERR_JWKS_TIMEOUT", "ERR_JOSE_GENERIC", "ERR_JWKS_INVALID"]);
const MS = 1_000;

/** Reads how JSON Web Tokens are verified. @returns undefined where the configuration says nothing of them. @throws StartError where the key is none */
export async function createJwtVerifier(options: JwtOptions): Promise<VerifyJwt | undefined> {
  const { jwtSecret, jwtKey, jwksUrl, jwtAudience, jwtIssuer, jwtToleranceMs, authTimeoutMs } = options;
  const algorithms = jwtSecret === "" ? PUBLIC_ALGORITHMS : SECRET_ALGORITHMS;
  const checks = {
    algorithms,
    clockTolerance: jwtToleranceMs / MS,
    ...(jwtAudience === "" ? {} : { audience: jwtAudience }),
    ...(jwtIssuer === "" ? {} : { issuer: jwtIssuer }),
  };
  let key: JWTVerifyGetKey;
  if (jwtSecret !== "") {
    const secret = new TextEncoder().encode(jwtSecret);
    key = () => secret as never;
  } else if (jwtKey !== "") key = await readKey(jwtKey);
  else if (jwksUrl !== "") key = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: authTimeoutMs / 2 });
  else return undefined;
  const remote = jwksUrl !== "";
  return async (token) => {
    try {
      const claims = await verified(token, key, checks);
      const { sub, exp, iat } = claims;
      return {
        claims,
        user: sub,
        // as long as it would be taken
        expiresAt: exp === undefined ? undefined : exp * MS + jwtToleranceMs,
        issuedAt: iat === undefined ? undefined : iat * MS,
      };
    } catch (error) {
      throw asRefusal(error, remote);
    }
  };
}

/** A token need not say which key of a set is its own: all that fit are tried. */
async function verified(token: string, key: JWTVerifyGetKey, checks: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, key, checks)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const one of error) {
      try {
        return (await jwtVerify(token, one, checks)).payload;
      } catch (wrong) {
        if (!(wrong instanceof errors.JWSSignatureVerificationFailed)) throw wrong;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

async function readKey(path: string): Promise<JWTVerifyGetKey> {
  try {
    const text = (await readFile(path, "utf8")).trim();
    if (text.startsWith("{")) {
      const parsed: { keys?: unknown[] } = JSON.parse(text);
      return createLocalJWKSet((parsed.keys === undefined ? { keys: [parsed] } : parsed) as never);
    }
    return await pemKey(text);
  } catch (error) {
    throw new StartError(`the key of JSON Web Tokens cannot be read (jwtKey, ${path}): ${(error as Error).message}`);
  }
}

/** A PEM does not say which algorithm it is for; the token's is tried, and has to fit. */
async function pemKey(text: string): Promise<JWTVerifyGetKey> {
  if (/PRIVATE KEY/.test(text)) throw new Error("this is a private key, which has no business here");
  const load = /BEGIN CERTIFICATE/.test(text) ? importX509 : importSPKI;
  const fitting = new Map<string, Awaited<ReturnType<typeof importSPKI>>>();
  for (const algorithm of PUBLIC_ALGORITHMS) {
    const key = await load(text, algorithm).catch(() => undefined);
    if (key !== undefined) fitting.set(algorithm, key);
  }
  if (fitting.size === 0) throw new Error("no public key in PEM, JWK or JWK Set");
  return ({ alg }) => {
    const key = fitting.get(alg ?? "");
    if (key === undefined) throw new errors.JOSEAlgNotAllowed();
    return key;
  };
}

/** Why, in words that tell a stranger nothing of the key. */
function asRefusal(error: unknown, remote: boolean): AppError {
  if (error instanceof errors.JWTExpired) return refused("The token has expired.");
  if (error instanceof errors.JWTClaimValidationFailed) return refused(`The token's "${error.claim}" is not right.`);
  const ofToken = error instanceof errors.JOSEError && !NOT_REACHED.has(error.code);
  if (remote && !ofToken) {
    return new AppError("UNAVAILABLE", "The keys of tokens cannot be fetched now.", undefined, { cause: error });
  }
  return refused("The token is not valid.");
}

function refused(text: string): AppError {
  return new AppError("UNAUTHENTICATED", text);
}
