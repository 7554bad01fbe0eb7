/** Ports below those that the kernel gives to whoever asks for any: each process of tests has a thousand of its own. */
const FIRST_PORT = 10_000;
const PORTS = 1_000;
let lastPort = process.pid * 7;

/**
 * A server that is to find a port finds one that is free in that moment, and that a connection of another test may have taken
 * when it listens.
 */
export function nextPort(): string {
  const block = Number(process.env.VITEST_POOL_ID ?? 0) % 20;
  return String(FIRST_PORT + block * PORTS + (++lastPort % PORTS));
}
