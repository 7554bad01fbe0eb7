/** What one iteration of a client may be. */
export interface Action {
  readonly kind: "call" | "publish";
  /** The procedure, or the channel, in which blanks are filled in. */
  readonly name: string;
  /** In which blanks are filled in. */
  readonly payload: unknown;
  /** Part of all iterations; those of all actions make 1. */
  readonly share: number;
}

/** All that a run is to do, as its processes are told. */
export interface Plan {
  readonly url: string;
  /** With blanks. */
  readonly query: string;
  readonly token: string;
  readonly subprotocol: "msgpack" | "json";
  readonly clients: number;
  readonly processes: number;
  readonly actions: readonly Action[];
  /** Channel that all clients subscribe to, with blanks; empty: none. */
  readonly subscribe: string;
  /** Calls a second, of all clients; 0: each client calls again when it is answered. */
  readonly rate: number;
  readonly delayMs: number;
  readonly depth: number;
  /** Seconds of load after the ramp; 0: until all iterations are done. */
  readonly durationS: number;
  /** Of each client; 0: until the time is over. */
  readonly iterations: number;
  readonly rampS: number;
  readonly timeoutMs: number;
  readonly attempts: number;
  /** How much time a point of a plot stands for, in milliseconds. */
  readonly stepMs: number;
}

/** Where results go, and what is asked of them. */
export interface Outputs {
  readonly json: string;
  readonly html: string;
  readonly quiet: boolean;
  readonly noTty: boolean;
  /** As it was given. */
  readonly assert: string;
}
