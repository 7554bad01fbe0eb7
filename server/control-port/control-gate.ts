import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import { bearerOf } from "../auth/bearer.ts";
import { isLoopback } from "../http/loopback.ts";
import { parseOrigin, sameOrigin } from "../http/web-origin.ts";
import { AddressRanges, plainAddress } from "../transport/address-ranges.ts";

export interface ControlGateOptions {
  /** The address that the control port has. */
  readonly controlHost: string;
  /** What has to be presented; empty where there is none. */
  readonly controlToken: string;
  /** Addresses, and ranges of them, that may ask. Whoever is on this machine always may. */
  readonly controlAllow: readonly string[];
}

export type ControlGate = ReturnType<typeof controlGate>;

/** Whoever asks for something at the control port gets past this first. */
export function controlGate({ controlHost: host, controlToken: token, controlAllow }: ControlGateOptions) {
  const allowed = new AddressRanges(controlAllow);
  // where nobody from outside is meant to come, nobody has reason to use another name than `localhost`
  const local = isLoopback(host);
  const secret = hash(token);

  /** Whether it is asked under a name that somebody else may have made to lead here: such a page passes for its own site. */
  function isForeign(authority: string): boolean {
    const name = authority
      .toLowerCase()
      .replace(/:\d+$/, "")
      .replace(/^\[(.*)\]$/, "$1");
    return local && name !== "localhost" && isIP(name) === 0;
  }

  /** Whether this is the token. Where there is none to present, anything is. */
  function isToken(text: string | undefined): boolean {
    if (token === "") return true;
    // of hashes, as the time that a comparison takes tells how long the secret is
    return timingSafeEqual(hash(text ?? ""), secret);
  }

  return {
    isToken,
    /** Whether there is a token to be presented at all. */
    needsToken: token !== "",

    /** Whether somebody of this address may ask at all. */
    isAllowed(address: string | undefined): boolean {
      if (address === undefined) return false;
      const plain = plainAddress(address);
      return isLoopback(plain) || allowed.has(plain);
    },

    /**
     * A page that a browser shows has no business here, not even one whose own name was made to lead to this address:
     * its requests pass for the same site's, and only the name it was asked for by gives it away. What browsers say of
     * where a request comes from is `none` where somebody typed its address.
     */
    isFromPage(headers: IncomingHttpHeaders): boolean {
      if (headers.origin !== undefined || (headers["sec-fetch-site"] ?? "none") !== "none") return true;
      // HTTP/1.0, as some load balancers' checks speak it, and no browser
      return headers.host !== undefined && isForeign(headers.host);
    },

    /**
     * Whether the dashboard's files may be given, which tell nothing: to whoever goes there, be it by a link of another
     * site, and to the page that they are. No other page can put them into itself.
     */
    mayHaveFiles({ host, origin, ...headers }: IncomingHttpHeaders): boolean {
      if (host !== undefined && isForeign(host)) return false;
      if (origin !== undefined && !isOwn(origin, host)) return false;
      const { "sec-fetch-site": site = "none", "sec-fetch-mode": mode, "sec-fetch-dest": destination } = headers;
      return site === "none" || site === "same-origin" || (mode === "navigate" && destination === "document");
    },

    /**
     * Whether a WebSocket is asked for by the dashboard's own page: one that came from the very host that it asks. Who
     * says nothing of a page is none, and has the rest of this port.
     */
    isOwnPage({ host, origin, "sec-fetch-site": site = "same-origin" }: IncomingHttpHeaders): boolean {
      if (host === undefined || origin === undefined || site !== "same-origin") return false;
      return !isForeign(host) && isOwn(origin, host);
    },

    /** Whether the token was presented, or there is none. */
    hasToken: ({ authorization }: IncomingHttpHeaders) => isToken(bearerOf(authorization)),
  };
}

/** Whether a page is of the host that it asks. A proxy may have taken the encryption off: the scheme is the page's. */
function isOwn(text: string, host: string | undefined): boolean {
  const origin = parseOrigin(text);
  if (origin === undefined || !/^https?$/.test(origin.scheme)) return false;
  const own = parseOrigin(`${origin.scheme}://${host}`);
  return own !== undefined && sameOrigin(origin, own);
}

function hash(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
