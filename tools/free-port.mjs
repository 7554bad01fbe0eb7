import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";

/** Where Linux says which ports it gives to connections that ask for none. */
const GIVEN_BY_SYSTEM = "/proc/sys/net/ipv4/ip_local_port_range";
/** Fewer than these are not worth a choice. */
const FEWEST = 1_000;
const FIRST_UNPRIVILEGED = 1_024;
const TRIES = 100;

/**
 * A port of the loopback where nobody listens, for a program that will listen there a moment later. It is none that the
 * system gives to connections, as any connection of any program could take that one meanwhile.
 */
export async function freePort() {
  const beyond = firstGivenBySystem();
  if (beyond - FIRST_UNPRIVILEGED < FEWEST) return tryPort(0);
  for (let tries = 1; ; tries++) {
    const port = FIRST_UNPRIVILEGED + Math.floor(Math.random() * (beyond - FIRST_UNPRIVILEGED));
    try {
      return await tryPort(port);
    } catch (error) {
      if (tries === TRIES) throw error;
    }
  }
}

function firstGivenBySystem() {
  try {
    return Number.parseInt(readFileSync(GIVEN_BY_SYSTEM, "utf8"), 10);
  } catch {
    return 0; // not Linux
  }
}

async function tryPort(wanted) {
  const server = createServer().listen({ port: wanted, host: "127.0.0.1", exclusive: true });
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
