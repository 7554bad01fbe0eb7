import { AppError } from "../../shared/errors.ts";
import { MAX_NAME_LENGTH } from "../../shared/message.ts";
import { asRefusal } from "../dispatch/as-refusal.ts";
import { checkTags } from "../tags/tags.ts";
import type { UpgradeRequest } from "../transport/transport.ts";
import { within } from "../within.ts";
import { tokenOf } from "./bearer.ts";
import type { Authenticate, AuthenticateResult, Identity } from "./credentials.ts";
import type { Verified, VerifyJwt } from "./jwt.ts";
import type { Revocations } from "./revocations.ts";

export interface AuthenticatorOptions {
  /** The application's. */
  readonly authenticate: Authenticate | undefined;
  readonly verifyJwt: VerifyJwt | undefined;
  /** Cookie that a token may be in; an empty string for none. */
  readonly cookie: string;
  /** How long it may take to find out who somebody is, in milliseconds. */
  readonly timeoutMs: number;
  readonly revocations: Pick<Revocations, "covers">;
  /** Told of what is no client's fault. */
  failed(error: unknown): void;
}

/** What is kept of a request for a WebSocket, for an application to look at it again with a later token. */
export type Presented = Pick<UpgradeRequest, "query" | "address" | "path"> & Partial<Pick<UpgradeRequest, "headers">>;

const NO_HEADERS: ReadonlyMap<string, string> = new Map();

/** Finds out who clients are, by JSON Web Tokens, by what the application says, or by both, in this order. */
export class Authenticator {
  readonly #options: AuthenticatorOptions;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
  }

  /** Whether there is anything to find it out by. */
  get enabled(): boolean {
    return this.#options.authenticate !== undefined || this.#options.verifyJwt !== undefined;
  }

  /** Whether requests have to be kept, as the application may want to see them again. */
  get looksAtRequests(): boolean {
    return this.#options.authenticate !== undefined;
  }

  /**
   * Who asks for a WebSocket, by its headers alone. Undefined, too, where a cookie proves nothing: it may be of long ago,
   * and who has a token still has the time to say it.
   * @throws AppError where an authorization header proves nothing, or the client is not to come in
   */
  async ofRequest(request: UpgradeRequest): Promise<Identity | undefined> {
    try {
      return await this.identify(tokenOf(request.headers, this.#options.cookie), request);
    } catch (error) {
      const stale = error instanceof AppError && error.code === "UNAUTHENTICATED";
      if (stale && !request.headers.has("authorization")) return undefined;
      throw error;
    }
  }

  /** Whether a request says anything of who asks. */
  concerns({ headers }: UpgradeRequest): boolean {
    if (!this.enabled) return false;
    return (
      headers.has("authorization") || (headers.has("cookie") && (this.looksAtRequests || this.#options.cookie !== ""))
    );
  }

  /**
   * Who presents a token, or with the application's help its request.
   * @throws AppError `UNAUTHENTICATED` where that proves nothing, and whatever the application throws on purpose;
   * `TIMEOUT`; `INTERNAL`
   */
  async identify(token: string | undefined, presented: Presented): Promise<Identity> {
    const { timeoutMs, revocations } = this.#options;
    const late = () => new AppError("TIMEOUT", "Finding out who you are took too long.");
    try {
      const identity = await within(this.#identify(token, presented), timeoutMs, late);
      if (revocations.covers(identity)) throw new AppError("UNAUTHENTICATED", "The token has been revoked.");
      return identity;
    } catch (error) {
      throw this.#asRefusal(error);
    }
  }

  async #identify(
    token: string | undefined,
    { headers = NO_HEADERS, query, address, path }: Presented,
  ): Promise<Identity> {
    const { authenticate, verifyJwt } = this.#options;
    const verified = verifyJwt === undefined || token === undefined ? undefined : await verifyJwt(token);
    if (authenticate === undefined) return checked(verified?.user, verified);
    const { claims } = verified ?? {};
    const result = await authenticate({ token, claims, headers, query: new URLSearchParams(query), ip: address, path });
    return checked(result, verified);
  }

  #asRefusal(error: unknown): AppError {
    const { failed } = this.#options;
    const refusal = asRefusal(error, failed);
    // what could not be found out is no client's fault either
    if (refusal === error && (refusal.code === "UNAVAILABLE" || refusal.code === "TIMEOUT")) failed(error);
    return refusal;
  }
}

function unknown(): AppError {
  return new AppError("UNAUTHENTICATED");
}

/** What an application says of a user becomes part of names and of tags: it has to be what it should. */
function checked(result: AuthenticateResult, verified: Verified | undefined): Identity {
  if (result === undefined || result === null || result === false || result === "") throw unknown();
  const given: Identity = typeof result === "string" ? { user: result } : result;
  const identity: Identity = { expiresAt: verified?.expiresAt, issuedAt: verified?.issuedAt, ...given };
  const { user, expiresAt, tags } = identity;
  if (typeof user !== "string" || user.length === 0 || user.length > MAX_NAME_LENGTH) {
    throw new TypeError(`A user's name must be a string of 1 to ${MAX_NAME_LENGTH} characters.`);
  }
  if (expiresAt !== undefined && !Number.isFinite(expiresAt)) throw new TypeError("expiresAt must be a number.");
  if (tags !== undefined) checkTags(tags);
  return identity;
}
