import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import { bearerOf } from "../auth/bearer.ts";
import { isLoopback } from "../http/loopback.ts";
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
  return {
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
