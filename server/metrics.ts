/** What a socket worker counts. Plain numbers: counting costs an increment. */
export interface Counters {
  /** Messages that decoded but had a wrong shape. */
  malformed: number;
  /** Frames that did not decode. */
  undecodable: number;
  /** Answers to nothing known. */
  ignored: number;
  /** Connections closed for reading too slowly. */
  slowReaders: number;
  /** Publications that were left out for subscribers that read too slowly. */
  leftOut: number;
  /** Subscriptions that went on behind the last publication they knew, and that could not. */
  recovered: number;
  unrecovered: number;
  /** Connections closed for giving no sign of life. */
  dead: number;
  /** Requests that were answered with RATE_LIMITED. */
  rateLimited: number;
  /** Publications beyond a rate that were dropped, as nobody wanted an answer to them. */
  dropped: number;
  /** Connections closed for flooding. */
  flooded: number;
  /** Connects that were refused, as too many come from an address. */
  refusedConnects: number;
  /** Clients that said HELLO, and got a new session without having asked for another one. */
  newSessions: number;
  /** That came back to the session they had. */
  resumed: number;
  /** That got a new one, as there is none like the one they had. */
  notResumed: number;
  /** That were asked to come again, as it could not be known. */
  notYetResumed: number;
  /** That were sent away, as they did not prove who they are. */
  unauthenticated: number;
  /** Calls that were started. */
  calls: number;
  /** Publications that clients or the application made here. */
  published: number;
  /** Publications of the application that the bus refused. */
  refused: number;
  /** Publications that came from the bus for subscribers here. */
  delivered: number;
}

export function createCounters(): Counters {
  return {
    malformed: 0,
    undecodable: 0,
    ignored: 0,
    slowReaders: 0,
    leftOut: 0,
    recovered: 0,
    unrecovered: 0,
    dead: 0,
    rateLimited: 0,
    dropped: 0,
    flooded: 0,
    refusedConnects: 0,
    newSessions: 0,
    resumed: 0,
    notResumed: 0,
    notYetResumed: 0,
    unauthenticated: 0,
    calls: 0,
    published: 0,
    refused: 0,
    delivered: 0,
  };
}
