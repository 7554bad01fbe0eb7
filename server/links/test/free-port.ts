import { findPort } from "../../transport/find-port.ts";

/** A port of the loopback where nobody listens. */
export function freePort(): Promise<number> {
  return findPort("127.0.0.1", 0);
}
