import { milliseconds, option } from "./option.ts";
import { optionalText, secretText, secureUrl, wholeNumber } from "./option-types.ts";

/** As long as the hash of HS256: https://www.rfc-editor.org/rfc/rfc7518#section-3.2 */
const MIN_SECRET_BYTES = 32;
const LONGEST_TOLERANCE_MS = 600_000;

/** How clients prove who they are. */
export const AUTH_OPTIONS = {
  jwtSecret: option({
    env: "JWT_SECRET",
    flag: "jwt-secret",
    type: secretText(MIN_SECRET_BYTES),
    default: "",
    defaultText: "none",
    description: "secret that JSON Web Tokens are signed with (HS256, 384, 512)",
    group: "authentication",
    secret: true,
  }),
  jwtKey: option({
    env: "JWT_KEY",
    flag: "jwt-key",
    type: optionalText("the path of a file"),
    default: "",
    defaultText: "none",
    description: "file with the public key of JWTs: PEM, JWK or JWK Set",
    group: "authentication",
  }),
  jwksUrl: option({
    env: "JWKS_URL",
    flag: "jwks-url",
    type: secureUrl(),
    default: "",
    defaultText: "none",
    description: "https URL of the JWK Set with the public keys of JWTs",
    group: "authentication",
  }),
  jwtAudience: option({
    env: "JWT_AUDIENCE",
    flag: "jwt-audience",
    type: optionalText("an audience"),
    default: "",
    defaultText: "any",
    description: "audience (aud) that a JWT has to be for",
    group: "authentication",
  }),
  jwtIssuer: option({
    env: "JWT_ISSUER",
    flag: "jwt-issuer",
    type: optionalText("an issuer"),
    default: "",
    defaultText: "any",
    description: "issuer (iss) that a JWT has to come from",
    group: "authentication",
  }),
  jwtToleranceMs: option({
    env: "JWT_TOLERANCE_MS",
    flag: "jwt-tolerance-ms",
    type: wholeNumber(0, LONGEST_TOLERANCE_MS),
    default: 5000,
    description: "milliseconds that the clocks of issuer and server may differ",
    group: "authentication",
  }),
  authCookie: option({
    env: "AUTH_COOKIE",
    flag: "auth-cookie",
    type: optionalText("the name of a cookie"),
    default: "",
    defaultText: "none",
    description: "cookie that a token is taken from as a client connects",
    group: "authentication",
  }),
  authTimeoutMs: option({
    env: "AUTH_TIMEOUT_MS",
    flag: "auth-timeout-ms",
    type: milliseconds,
    default: 10_000,
    description: "milliseconds to say who one is, where an app requires it",
    group: "authentication",
  }),
};
