/** When calls are due that come at a rate, whatever becomes of those before: an open model. */
export interface Schedule {
  /** Calls a second, of all clients together. */
  readonly rate: number;
  /** So long the rate grows from nothing, as clients come, in seconds. */
  readonly rampS: number;
}

/**
 * When the n-th call is due, in microseconds since the start. While the rate grows evenly, the calls due by `t` are
 * `rate · t² / (2 · ramp)`; this is the inverse of that, and a straight line from then on.
 * @param n from 0
 */
export function dueAt({ rate, rampS }: Schedule, n: number): number {
  const whileRamping = (rate * rampS) / 2;
  const seconds = n < whileRamping ? Math.sqrt((2 * n * rampS) / rate) : rampS + (n - whileRamping) / rate;
  return seconds * 1e6;
}

/** How many calls a second are due at a moment. @param us since the start */
export function rateAt({ rate, rampS }: Schedule, us: number): number {
  const seconds = us / 1e6;
  return seconds < rampS ? (rate * seconds) / rampS : rate;
}

/** When a client is to connect, in microseconds since the start. @param index from 0, of so many clients */
export function connectAt(rampS: number, index: number, clients: number): number {
  return (rampS * 1e6 * index) / clients;
}

/** The part of so many clients, or calls, that one of several processes has: where it begins, and how many. */
export function shareOf(total: number, process: number, processes: number): { from: number; count: number } {
  const from = Math.floor((total * process) / processes);
  return { from, count: Math.floor((total * (process + 1)) / processes) - from };
}
