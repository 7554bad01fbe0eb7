/**
 * Connections and traffic that are made up, for development.
 *
 * @module fugitive/simulate
 */
import type { Hooks } from "../hooks/hooks.ts";
import { completeOptions, type SimulateOptions } from "./simulate-options.ts";
import { Simulation } from "./simulation.ts";

export type { SimulatedCall, SimulateOptions } from "./simulate-options.ts";

/**
 * Hooks that have clients come to each socket worker, without a network, which call, publish, and go: to the server, to the
 * application, and to whoever looks at them they are clients like any others. Where NODE_ENV is `production` they do
 * nothing but say so, unless `production` is true.
 * @throws RangeError where a number is none that can be
 * @example createServer(app, { hooks: [simulate({ connections: 1_000, calls: [{ procedure: "math.add", input: () => ({ x: 1, y: 2 }) }] })] })
 */
export function simulate(options: SimulateOptions = {}): Hooks {
  completeOptions(options, 0); // looks at the numbers
  return {
    socketWorker(api) {
      const { log, worker } = api;
      if (process.env.NODE_ENV === "production" && options.production !== true) {
        log.error("nothing is simulated: this is production, where that has to be asked for by `production: true`");
        return undefined;
      }
      const simulated = completeOptions(options, worker);
      log.warn(`simulating up to ${simulated.connections} connections here: none of them is anybody's`);
      const simulation = new Simulation(api, simulated);
      return () => {
        simulation.end();
        log.info({ ...simulation.tally }, "the simulation is over");
      };
    },
  };
}
