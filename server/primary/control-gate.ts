import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import { bearerOf } from "../auth/bearer.ts";
import { isLoopback } from "../http/loopback.ts";

export interface ControlGateOptions {
  /** The address that the control port has. */
  readonly host: string;
  /** Empty where there is none. */
  readonly token: string;
}

/** Whoever asks for something at the control port gets past this first. */
export function controlGate({ host, token }: ControlGateOptions) {
  // where nobody from outside is meant to come, nobody has reason to use another name than `localhost`
  const local = isLoopback(host);
  const secret = hash(token);
  return {
    /**
     * A page that a browser shows has no business here, not even one whose own name was made to lead to this address:
     * its requests pass for the same site's, and only the name it was asked for by gives it away. What browsers say of
     * where a request comes from is `none` where somebody typed its address.
     */
    isFromPage(headers: IncomingHttpHeaders): boolean {
      if (headers.origin !== undefined || (headers["sec-fetch-site"] ?? "none") !== "none") return true;
      // HTTP/1.0, as some load balancers' checks speak it, and no browser
      if (headers.host === undefined) return false;
      const name = headers.host
        .toLowerCase()
        .replace(/:\d+$/, "")
        .replace(/^\[(.*)\]$/, "$1");
      return local && name !== "localhost" && isIP(name) === 0;
    },

    /** Whether the token was presented, or there is none. */
    hasToken({ authorization }: IncomingHttpHeaders): boolean {
      if (token === "") return true;
      // of hashes, as the time that a comparison takes tells how long the secret is
      return timingSafeEqual(hash(bearerOf(authorization) ?? ""), secret);
    },
  };
}

function hash(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
