/** What a client says of itself, for an application to find out who it is. */
export interface Credentials {
  /** From HELLO or AUTH, an `Authorization: Bearer` header, or the cookie of the option `authCookie`. */
  readonly token: string | undefined;
  /** What the token claims, where the configuration says how JSON Web Tokens are verified: it has been then. */
  readonly claims: Readonly<Record<string, unknown>> | undefined;
  /** Headers of the request for the WebSocket, by name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** The query of its URL. Secrets do not belong there: URLs are logged on their way. */
  readonly query: URLSearchParams;
  /** The client's address. */
  readonly ip: string;
  /** Path of its URL. */
  readonly path: string;
}

/** Who a client is, as far as the server is concerned. */
export interface Identity {
  /** Name of the user, 1 to 255 characters. */
  readonly user: string;
  /** When that has to be proven anew, in milliseconds since 1970. @default never */
  readonly expiresAt?: number | undefined;
  /** When it was proven to whoever made the token, in milliseconds since 1970: what is older than a revocation is refused. @default not known */
  readonly issuedAt?: number | undefined;
  /** Set on the session. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** What `authenticate` gives: a user's name will do; nothing means that these credentials prove nothing. */
export type AuthenticateResult = Identity | string | null | undefined | false;

/**
 * Finds out who a client is. Called with each token that a client presents, and as it connects where it has a cookie or an
 * authorization header.
 * @throws AppError to say why not; `FORBIDDEN` closes with 4403, for a client to stay away
 */
export type Authenticate = (credentials: Credentials) => AuthenticateResult | Promise<AuthenticateResult>;
