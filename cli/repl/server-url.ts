import { LineError } from "./line-error.ts";

const SCHEMES = ["ws:", "wss:", "http:", "https:"];

/**
 * Reads the address of a server: a URL, or a host with its port alone.
 * @returns a URL
 * @throws LineError where it is none, without saying what it is: there may be a password in it
 */
export function readServerUrl(text: string): string {
  const url = text.includes("://") ? text : `ws://${text}`;
  if (!URL.canParse(url) || !SCHEMES.includes(new URL(url).protocol)) {
    throw new LineError("a server's address is like ws://localhost:8080 or wss://example.com");
  }
  return url;
}

/** A URL without what may be secret in it. */
export function shownUrl(url: string): string {
  const { protocol, host, pathname, search } = new URL(url);
  return `${protocol}//${host}${pathname === "/" ? "" : pathname}${search === "" ? "" : "?…"}`;
}
