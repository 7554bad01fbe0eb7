import { isIP } from "node:net";
import { type AddressRanges, plainAddress } from "./address-ranges.ts";

/** Who asks, and for what, as far as it is known of a request that may have come through proxies. */
export interface ClientFacts {
  /** The client's address as text. */
  readonly address: string;
  /** Host, and port where one was given, as the client wrote them; empty where it did not. */
  readonly host: string;
  /** Whether the client's own connection is encrypted; undefined where nobody who knows says so. */
  readonly secure: boolean | undefined;
}

export type DescribeClient = (peer: string, headers: ReadonlyMap<string, string>) => ClientFacts;

/**
 * Prepares the reading of what proxies say of their clients. They are believed where their address is listed, and nobody
 * else is: the headers are ones that everybody can send.
 * @param encrypted whether connections arrive encrypted
 */
export function clientDescriber(trusted: AddressRanges, encrypted: boolean): DescribeClient {
  return (peer, headers) => {
    const host = headers.get("host") ?? "";
    // without encryption here, a proxy that nobody listed may have taken it off
    if (!trusted.has(peer)) return { address: peer, host, secure: encrypted || undefined };
    const proto = lastOf(headers.get("x-forwarded-proto")).toLowerCase();
    return {
      address: clientOf(peer, headers.get("x-forwarded-for"), trusted),
      host: lastOf(headers.get("x-forwarded-host")) || host,
      secure: proto === "" ? encrypted || undefined : proto === "https" || proto === "wss",
    };
  };
}

/**
 * Each proxy appends whom it speaks for. From the right, all are believed that a listed one has written; the first that
 * is not listed itself is the client, and what stands before it is the client's own invention.
 */
function clientOf(peer: string, forwarded: string | undefined, trusted: AddressRanges): string {
  let client = peer;
  for (const hop of forwarded?.split(",").reverse() ?? []) {
    const address = plainAddress(withoutPort(hop.trim()));
    if (isIP(address) === 0) return client;
    client = address;
    if (!trusted.has(client)) return client;
  }
  return client;
}

/** `192.0.2.1:4711` and `[2001:db8::1]:4711`, as some proxies write them, without what is not the address. */
function withoutPort(hop: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(hop) ?? [];
  return bracketed ?? plain ?? hop;
}

/** Where there is more than one value, the nearest proxy wrote the last. */
function lastOf(list: string | undefined): string {
  return list?.split(",").at(-1)?.trim() ?? "";
}
