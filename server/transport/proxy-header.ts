import { isIP } from "node:net";
import { plainAddress } from "./address-ranges.ts";

/** What a PROXY header says. */
export interface ProxyHeader {
  /** The client's address; undefined where the proxy speaks for itself, as in its own health checks. */
  readonly client: string | undefined;
}

/** How many more bytes are needed, the header, or undefined where it is none. */
export type ProxyHeaderStep = { readonly more: number } | ProxyHeader | undefined;

const SIGNATURE = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");
const WORD = Buffer.from("PROXY ", "latin1");
/** Signature, version and command, family, length. */
const HEAD = 16;
/** `PROXY UNKNOWN\r\n`: no header is shorter. */
export const SHORTEST = 15;
/** By the specification, version 1 with its line's end. */
const LONGEST_LINE = 107;
/** Addresses, and what else proxies add, as certificates' names; the specification allows more. */
const LONGEST_REST = 2_048;
const TCP_IPV4 = 0x11;
const TCP_IPV6 = 0x21;

/**
 * Reads a PROXY header, of version 1 or 2, as far as it has come. What is asked for is never more than belongs to the
 * header: the bytes behind it are somebody else's.
 */
export function readProxyHeader(bytes: Buffer): ProxyHeaderStep {
  if (bytes.length < SHORTEST) return { more: SHORTEST - bytes.length };
  if (bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return readBinary(bytes);
  return bytes.subarray(0, WORD.length).equals(WORD) ? readLine(bytes) : undefined;
}

function readLine(bytes: Buffer): ProxyHeaderStep {
  if (!bytes.subarray(-2).equals(Buffer.from("\r\n"))) {
    if (bytes.length >= LONGEST_LINE) return undefined;
    // the line may end in two bytes, or in one where its last but one is there
    return { more: bytes.at(-1) === 0x0d || bytes.length === LONGEST_LINE - 1 ? 1 : 2 };
  }
  const [, family, client = "", server = "", ...ports] = bytes.toString("latin1").trimEnd().split(" ");
  if (family === "UNKNOWN") return { client: undefined };
  const version = family === "TCP4" ? 4 : family === "TCP6" ? 6 : undefined;
  const sound = isIP(client) === version && isIP(server) === version && ports.length === 2 && ports.every(isPort);
  return sound ? { client: plainAddress(client) } : undefined;
}

function readBinary(bytes: Buffer): ProxyHeaderStep {
  if (bytes.length < HEAD) return { more: HEAD - bytes.length };
  const [version, command] = [bytes.readUInt8(12) >> 4, bytes.readUInt8(12) & 0xf];
  const [family, length] = [bytes.readUInt8(13), bytes.readUInt16BE(14)];
  if (version !== 2 || command > 1 || length > LONGEST_REST) return undefined;
  if (bytes.length < HEAD + length) return { more: HEAD + length - bytes.length };
  if (command === 0) return { client: undefined };
  if (family === TCP_IPV4 && length >= 12) return { client: [...bytes.subarray(HEAD, HEAD + 4)].join(".") };
  if (family === TCP_IPV6 && length >= 36) {
    const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(HEAD + 2 * index).toString(16));
    return { client: plainAddress(groups.join(":")) };
  }
  // a client that has no address of the Internet, as on the proxy's own host
  return family === TCP_IPV4 || family === TCP_IPV6 ? undefined : { client: undefined };
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
}
