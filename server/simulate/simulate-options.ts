/** A procedure that simulated clients call. */
export interface SimulatedCall {
  readonly procedure: string;
  /** Makes the input of each call. @default none */
  input?(): unknown;
}

/** What simulated clients are like, and what they do. All numbers are of one socket worker. */
export interface SimulateOptions {
  /** Clients that are there, up to 100,000. @default 100 */
  readonly connections?: number;
  /** Clients that come in a second, until there are so many and whenever some have gone. @default a tenth of them, 10 at least */
  readonly comePerSecond?: number;
  /** Seconds that a client stays, on average; Infinity for always. @default 60 */
  readonly staySeconds?: number;
  /** Calls that each client makes in a second, on average. @default 0.2 */
  readonly callsPerSecond?: number;
  /** Publications of each client in a second, on average. @default 0.05 */
  readonly publishesPerSecond?: number;
  /** What they call, each as often as the others. @default `$ping` */
  readonly calls?: readonly SimulatedCall[];
  /** Channels that they publish on, and are each subscribed to two of. @default `simulated:1` to `simulated:10` */
  readonly channels?: readonly string[];
  /** Makes what they publish. @default a small object */
  readonly data?: () => unknown;
  /** Whose a client is, by its place from 0 on; undefined for nobody's. @default every other one is somebody's */
  readonly user?: (index: number) => string | undefined;
  /** What it is tagged with, by its place. @default `simulated`, and a `plan` and a `country` of several */
  readonly tags?: (index: number) => Readonly<Record<string, string>>;
  /** Whether it runs where NODE_ENV is `production` as well. @default false */
  readonly production?: boolean;
}

/** The same, complete. */
export type Simulated = Required<Omit<SimulateOptions, "production">>;

const MOST_CONNECTIONS = 100_000;
/** Of one client. */
const MOST_PER_SECOND = 1_000;
const MOST_COMING = 10_000;
const PLANS = ["free", "free", "free", "pro"];
const COUNTRIES = ["at", "br", "de", "fr", "jp", "us"];

/**
 * Completes what was given.
 * @param worker number of the socket worker
 * @throws RangeError where a number is none that can be
 */
export function completeOptions(given: SimulateOptions, worker: number): Simulated {
  const connections = inRange("connections", given.connections ?? 100, MOST_CONNECTIONS);
  return {
    connections,
    comePerSecond: inRange("comePerSecond", given.comePerSecond ?? Math.max(10, connections / 10), MOST_COMING),
    staySeconds: inRange("staySeconds", given.staySeconds ?? 60, Number.POSITIVE_INFINITY),
    callsPerSecond: inRange("callsPerSecond", given.callsPerSecond ?? 0.2, MOST_PER_SECOND),
    publishesPerSecond: inRange("publishesPerSecond", given.publishesPerSecond ?? 0.05, MOST_PER_SECOND),
    calls: given.calls ?? [{ procedure: "$ping" }],
    channels: given.channels ?? Array.from({ length: 10 }, (_, index) => `simulated:${index + 1}`),
    data: given.data ?? (() => ({ text: "simulated", at: Date.now() })),
    user: given.user ?? ((index) => (index % 2 === 0 ? `simulated-${worker}-${index}` : undefined)),
    tags:
      given.tags ??
      ((index) => ({
        simulated: "1",
        plan: PLANS[index % PLANS.length] as string,
        country: COUNTRIES[index % COUNTRIES.length] as string,
      })),
  };
}

function inRange(name: string, value: number, most: number): number {
  if (value >= 0 && value <= most) return value;
  throw new RangeError(`${name} of a simulation has to be a number from 0 to ${most}, not ${value}.`);
}
