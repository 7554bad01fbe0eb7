import { AppError } from "../shared/errors.ts";
import { limit } from "../shared/limit.ts";
import { deferred } from "./deferred.ts";
import { jwtExpiry } from "./jwt.ts";

/** A token is asked for anew so long before it expires, in milliseconds, or after this part of its life, whichever is later. */
const EARLY_MS = 60_000;
const PART_OF_LIFE = 0.8;
/** The least time between two attempts to get a new token for a connection that lives, in milliseconds. */
const PAUSE_MS = 5_000;
/** After a machine slept, a timer knows nothing of the time that passed: the clock is looked at so often. */
const CHECK_MS = 60_000;

/** `connect`: to dial with; `expiring`: the present one soon will; `refused`: the server does not take the present one. */
export interface TokenRequest {
  readonly reason: "connect" | "expiring" | "refused";
}

/** A token, and when it expires, so that another one is asked for in time. */
export interface ExpiringToken {
  readonly token: string;
  /** In milliseconds since 1970. @default the `exp` of a JWT; of any other token it is not known */
  readonly expiresAt?: number;
}

/** What a token function gives; null or undefined to connect without one. */
export type GivenToken = string | ExpiringToken | null | undefined;

/** A token; or a function that gives one, and is told why it is asked. {@link ClientOptions.token} says when. */
export type TokenSource = string | ((request: TokenRequest) => GivenToken | Promise<GivenToken>);

export interface CredentialsOptions {
  /** How long a token function may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Tells the server a new token on a connection that is open. Rejects where it does not take it. */
  readonly authenticate: (token: string) => Promise<unknown>;
  readonly report: (error: unknown) => void;
}

/** Keeps the token to connect with. Made by {@link createCredentials}. */
export interface Credentials {
  /** What HELLO should carry. */
  readonly token: string | undefined;
  /**
   * Sees to it that there is a token to dial with. Returns undefined where nothing need be waited for; rejects where
   * there is none, unless {@link Credentials.forget} was called meanwhile.
   */
  prepare(): Promise<void> | undefined;
  /** A connection is open: from now on its token is renewed before it expires. */
  opened(): void;
  /** The server says that the token it knows soon expires: by now another may be had. */
  expiring(): void;
  /** That connection is gone. */
  lost(): void;
  /** The server does not take the token. Returns whether another can be asked for. */
  refused(): boolean;
  /** The next dial should ask again. */
  forget(): void;
}

export function createCredentials(source: TokenSource | undefined, options: CredentialsOptions): Credentials {
  const { timeoutMs, authenticate, report } = options;
  const ask = typeof source === "function" ? source : undefined;
  let current: ExpiringToken | undefined = typeof source === "string" ? { token: source } : undefined;
  let why: TokenRequest["reason"] = "connect";
  let asking: Promise<void> | undefined;
  let askTimer: ReturnType<typeof setTimeout> | undefined;
  let open = false;
  /** The token that the server was told last, by HELLO or by AUTH. */
  let said: string | undefined;
  let refreshAt = Number.POSITIVE_INFINITY;
  let refreshTimer: ReturnType<typeof setTimeout> | undefined;

  /** Asks once, however many need it. */
  function obtain(from: NonNullable<typeof ask>, reason: TokenRequest["reason"]): Promise<void> {
    if (asking !== undefined) return asking;
    const answer = deferred<GivenToken>();
    const mine = answer.promise
      .then((given) => {
        if (asking === mine) keep(given);
      })
      .catch((error) => {
        if (asking !== mine) return;
        report(error);
        throw error;
      })
      .finally(() => {
        if (asking === mine) stopAsking();
      });
    // before the function runs, which may close the client and so call this off
    asking = mine;
    const late = () => answer.reject(new AppError("TIMEOUT", `No token within ${timeoutMs} ms.`));
    askTimer = limit(late, timeoutMs);
    try {
      Promise.resolve(from({ reason })).then(answer.resolve, answer.reject);
    } catch (error) {
      answer.reject(error);
    }
    return mine;
  }

  function stopAsking(): void {
    clearTimeout(askTimer);
    asking = undefined;
  }

  function keep(given: GivenToken): void {
    const { token, expiresAt } = typeof given === "string" ? { token: given } : { token: null, ...given };
    if (token != null && typeof token !== "string") throw new TypeError("The token function gave what is no token.");
    why = "connect";
    refreshAt = Number.POSITIVE_INFINITY;
    current = undefined;
    if (token == null) return;
    const expiry = expiresAt ?? jwtExpiry(token);
    current = expiry === undefined ? { token } : { token, expiresAt: expiry };
    const left = remaining();
    // one that seems to be expired when it is new says that the clock is wrong
    if (left > 0) refreshAt = Date.now() + Math.max(left - EARLY_MS, left * PART_OF_LIFE, PAUSE_MS);
  }

  /** How long the token will be good, in milliseconds. */
  function remaining(): number {
    return (current?.expiresAt ?? Number.POSITIVE_INFINITY) - Date.now();
  }

  function watch(): void {
    clearTimeout(refreshTimer);
    if (!open || ask === undefined || refreshAt === Number.POSITIVE_INFINITY) return;
    const wait = refreshAt - Date.now();
    if (wait > 0) refreshTimer = setTimeout(watch, Math.min(wait, CHECK_MS));
    else void refresh(ask);
  }

  async function refresh(from: NonNullable<typeof ask>): Promise<void> {
    refreshAt = Number.POSITIVE_INFINITY;
    try {
      await obtain(from, "expiring");
    } catch {
      const left = remaining();
      if (left > 0) refreshAt = Date.now() + Math.max(PAUSE_MS, left / 2);
    }
    const token = current?.token;
    watch();
    if (!open || token === undefined || token === said) return;
    said = token;
    authenticate(token).catch(notTaken);
  }

  function notTaken(error: unknown): void {
    const code = error instanceof AppError ? error.code : undefined;
    // this server authenticates nobody
    if (code === "NOT_FOUND") refreshAt = Number.POSITIVE_INFINITY;
    // where the connection was lost, the next one's HELLO has the token
    else if (open) {
      if (code === "UNAUTHENTICATED" || code === "FORBIDDEN") refused();
      report(error);
    }
  }

  function refused(): boolean {
    if (ask === undefined) return false;
    current = undefined;
    why = "refused";
    return true;
  }

  return {
    get token() {
      return current?.token;
    },
    prepare: () => (ask === undefined || (current !== undefined && remaining() > 0) ? undefined : obtain(ask, why)),
    opened() {
      open = true;
      said = current?.token;
      watch();
    },
    expiring() {
      if (ask !== undefined) void refresh(ask);
    },
    lost() {
      open = false;
      clearTimeout(refreshTimer);
    },
    refused,
    forget() {
      if (ask !== undefined) current = undefined;
      stopAsking();
    },
  };
}
