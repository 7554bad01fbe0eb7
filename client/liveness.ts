/** Until WELCOME says better. */
const DEFAULT_HEARTBEAT_MS = 30_000;
const LONGEST_HEARTBEAT_MS = 3_600_000;
/** Silence that a PING may meet, where nothing else makes the connection suspect. */
const PROBE_MS = 5_000;
/** The same where it is suspect: the network changed, or the page or the machine slept. */
const QUICK_PROBE_MS = 2_500;
/** What came while this side could not run is handled in this time, once it runs again. */
const GRACE_MS = 100;
/** A timer that fires this much later than asked: the page or the machine slept, or was too busy to hear anything. */
const LATE_MS = 2_000;
/** So many late timers in a row are no excuse: a hidden page's timers all are, while it hears as well as ever. */
const LATE_TIMERS = 3;
/** A sleep is noticed so soon after it, where nothing else tells. */
const CHECK_MS = 10_000;

/** Watches one connection. Made by {@link watchLiveness}. */
export interface Liveness {
  /** Begins to watch. @param heartbeatMs as WELCOME says it; kept as it was where it is no duration */
  start(heartbeatMs?: unknown): void;
  /** Anything at all came. */
  heard(): void;
  /** Asks now, whatever was heard before: it is suspect. */
  probe(): void;
  stop(): void;
}

/**
 * Notices a dead server: one that says nothing for two heartbeats, and then nothing to a PING for 5 s; or, where the
 * connection is suspect, nothing to a PING for 2.5 s. After a machine slept that is 12.5 s at most; in a page that
 * is hidden so long that its timers fire once a minute, two heartbeats and 5 minutes.
 *
 * Time is the wall clock's: timers have seen nothing of a sleep. And a timer that fires late proves nothing: where
 * it could not fire, an answer could not be heard either, so that the question is asked again.
 */
export function watchLiveness(ping: () => void, dead: () => void): Liveness {
  let heartbeatMs = DEFAULT_HEARTBEAT_MS;
  let heardAt = Date.now();
  /** How long the PING may take that nothing has answered yet; 0 where there is none. */
  let askedFor = 0;
  let late = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function wait(ms: number, then: () => void): void {
    stop();
    const due = Date.now() + ms;
    timer = setTimeout(() => {
      // what was heard since then was heard in time, however late the timer is
      const slept = Date.now() - due > LATE_MS && heardAt < due;
      if (slept && ++late < LATE_TIMERS) ask(QUICK_PROBE_MS);
      else if (askedFor === 0) check();
      else then();
    }, ms);
  }

  function check(): void {
    const now = Date.now();
    // a clock set back must not postpone this for hours
    heardAt = Math.min(heardAt, now);
    const left = heardAt + 2 * heartbeatMs - now;
    if (left <= 0) ask(PROBE_MS);
    else wait(Math.min(left, heartbeatMs, CHECK_MS), check);
  }

  function ask(ms: number): void {
    askedFor = ms;
    ping();
    wait(ms - GRACE_MS, () => wait(GRACE_MS, dead));
  }

  function stop(): void {
    clearTimeout(timer);
  }

  return {
    start(value) {
      if (typeof value === "number" && value >= 1) heartbeatMs = Math.min(value, LONGEST_HEARTBEAT_MS);
      // what is asked already is not called off
      if (askedFor === 0) check();
    },
    heard() {
      heardAt = Date.now();
      askedFor = late = 0;
    },
    probe() {
      if (askedFor !== QUICK_PROBE_MS) ask(QUICK_PROBE_MS);
    },
    stop,
  };
}
