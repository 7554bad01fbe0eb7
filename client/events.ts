import type { WelcomeInfo } from "../shared/message.ts";
import { type LinkState, type StateReason, UNSEEN } from "./link.ts";

/** What a return of the connection was like. */
export interface ReconnectedInfo {
  /** Since the loss, in milliseconds, by the wall clock: also what a machine slept. */
  readonly awayMs: number;
  /** Whether the server knew the session, so that nothing of it is lost. */
  readonly resumed: boolean;
  /** Channels and patterns that are subscribed to again. */
  readonly subscriptions: number;
  /** Calls with a key whose answer was lost, and that were sent again. */
  readonly repeated: number;
}

/** How a call ended. */
export interface CallOutcome {
  readonly procedure: string;
  /** The id of its last attempt. */
  readonly id: number;
  /** From the call to its end, in milliseconds. */
  readonly ms: number;
  /** How many attempts it took. */
  readonly attempts: number;
  /** What it was rejected with. */
  readonly error?: unknown;
}

/** What a client tells. */
export interface ClientEvents {
  /** The connection's state is another. */
  state: (state: LinkState, reason: StateReason) => void;
  /**
   * What the server refused without an id, what listeners, callbacks, middleware and a token function threw, and that web
   * workers could not do what they were to.
   */
  error: (error: unknown) => void;
  /** The server said who it is. */
  welcome: (info: WelcomeInfo) => void;
  /** The server has something to say to this client, or to all of its user's, without their having asked. */
  direct: (data: unknown) => void;
  /** A connection that was open is gone, by whosever will. */
  disconnected: (reason: StateReason) => void;
  /** An attempt to connect failed, be it the first or a later one. */
  reconnectFailed: (reason: StateReason) => void;
  /** After a loss there is a connection again, and the server has welcomed it. */
  reconnected: (info: ReconnectedInfo) => void;
  /** A call ended, well or badly. */
  call: (outcome: CallOutcome) => void;
}

/** Calls the listeners of an event. */
export type Tell = <Name extends keyof ClientEvents>(event: Name, ...args: Parameters<ClientEvents[Name]>) => void;

/** Tells what changes of the connection's state amount to. */
export function createTransitions(tell: Tell) {
  let before: LinkState = "waiting";
  let lostAt: number | undefined;
  return {
    /** @param wanted whether the application closed the client */
    changed(state: LinkState, reason: StateReason, wanted: boolean): void {
      const last = before;
      before = state;
      if (last === "open" && state !== "open") {
        lostAt ??= Date.now();
        tell("disconnected", reason);
      } else if (last === "connecting" && (state === "waiting" || state === "closed") && !wanted) {
        // one that was hidden while it was about to dial has not failed
        if (reason.text === UNSEEN) return;
        tell("reconnectFailed", reason);
      }
    },
    welcomed(info: Omit<ReconnectedInfo, "awayMs">): void {
      if (lostAt === undefined) return;
      // a clock may be set back meanwhile
      const awayMs = Math.max(0, Date.now() - lostAt);
      lostAt = undefined;
      tell("reconnected", { awayMs, ...info });
    },
  };
}
