import { type AddressInfo, createServer } from "node:net";
import { StartError } from "../start-error.ts";

/**
 * Finds out whether a port can be had, and lets go of it. With SO_REUSEPORT two servers would otherwise share one in
 * silence. @returns the port, a free one where 0 was asked for. Rejects as {@link explainPortError} says.
 */
export function findPort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error) => reject(explainPortError(error, host, port, "PORT")));
    probe.listen({ host, port, exclusive: true }, () => {
      const found = (probe.address() as AddressInfo).port;
      probe.close(() => resolve(found));
    });
  });
}

/** Says in one line what is wrong with a port and what to do. */
export function explainPortError(error: Error, host: string, port: number, option: string): StartError {
  const { code } = error as NodeJS.ErrnoException;
  const text =
    EXPLANATIONS[code ?? ""]?.(`${host}:${port}`, option) ?? `cannot listen on ${host}:${port}: ${error.message}`;
  return new StartError(text, { cause: error, code });
}

const EXPLANATIONS: Readonly<Record<string, (where: string, option: string) => string>> = {
  EADDRINUSE: (where, option) => `${where} is taken by another program: stop that, or choose another ${option}`,
  EACCES: (where, option) =>
    `${where} may not be opened by this user: choose a ${option} above 1023, or grant the right`,
  EADDRNOTAVAIL: (where) => `this machine has no address ${where}`,
};

/** How often another port is looked for, where any will do and another program takes the one that was found. */
const TRIES = 10;

/**
 * Listens at a port; where any will do, at one that is found first, as several processes cannot share what one of them is
 * given by the system.
 * @param port 0 for any
 * @param listen rejects with `EADDRINUSE` where the port is taken
 */
export async function listenAtPort<Listening>(
  host: string,
  port: number,
  listen: (port: number) => Promise<Listening>,
): Promise<Listening> {
  for (let tries = 1; ; tries++) {
    try {
      return await listen(port || (await findPort(host, 0)));
    } catch (error) {
      if (port !== 0 || tries === TRIES || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    }
  }
}
