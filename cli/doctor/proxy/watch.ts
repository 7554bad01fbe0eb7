import type { Client } from "../../../client/client.ts";
import type { StateReason } from "../../../client/link.ts";
import { connect } from "../../../client/node.ts";
import { type Finding, ok, problem, warning } from "../check.ts";
import { reasonOf } from "../words.ts";
import { BUFFERING, idleSettings } from "./settings.ts";

const PINGS = 5;
/** A round trip that takes longer is held back by something. */
const SLOW_MS = 1_000;
const TELL_MS = 10_000;

export interface WatchOptions {
  readonly url: string;
  readonly token: string | undefined;
  readonly timeoutMs: number;
  readonly watchS: number;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

/** Connects as a client does, measures round trips, and leaves the connection idle for as long as is wanted. */
export async function watch({
  url,
  token,
  timeoutMs,
  watchS,
  signal,
  progress,
}: WatchOptions): Promise<readonly Finding[]> {
  const client = connect(url, {
    ...{ timeoutMs, connectTimeoutMs: timeoutMs, reconnect: { attempts: 0 }, ...(token && { token }) },
  });
  const closed = new Promise<StateReason>((resolve) => {
    client.on("state", (state, reason) => {
      if (state === "closed") resolve(reason);
    });
  });
  const end = () => client.close();
  signal.addEventListener("abort", end);
  try {
    const times = await roundTrips(client);
    const { worker, node, heartbeatMs = 0 } = client.welcome ?? {};
    const median = times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
    const found = `served by worker ${worker} of ${node}, ${median.toFixed(1)} ms there and back`;
    const findings = [median > SLOW_MS ? warning(found, BUFFERING) : ok(found)];
    return watchS === 0 ? findings : [...findings, await idle(closed, watchS, heartbeatMs / 1_000, progress)];
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === "UNAUTHENTICATED")
      return [warning("the server wants a token, so that nothing is watched", "set FUGITIVE_TOKEN")];
    return [problem(`no session with the server: ${reasonOf(error)}`, BUFFERING)];
  } finally {
    signal.removeEventListener("abort", end);
    client.close();
  }
}

async function roundTrips(client: Client): Promise<number[]> {
  await client.ready;
  const times: number[] = [];
  for (let ping = 0; ping < PINGS; ping++) times.push(await client.ping());
  return times;
}

/** Nothing is said but heartbeats. */
async function idle(
  closed: Promise<StateReason>,
  watchS: number,
  heartbeatS: number,
  progress: (text: string) => void,
): Promise<Finding> {
  const began = performance.now();
  const seconds = () => Math.round((performance.now() - began) / 1_000);
  const teller = setInterval(() => progress(`the connection is idle for ${seconds()} of ${watchS} s`), TELL_MS);
  let enough: (() => void) | undefined;
  const lasted = new Promise<undefined>((resolve) => {
    enough = () => resolve(undefined);
  });
  const timer = setTimeout(() => enough?.(), watchS * 1_000);
  try {
    const reason = await Promise.race([closed, lasted]);
    return judgeIdle(reason, seconds(), watchS, heartbeatS);
  } finally {
    clearInterval(teller);
    clearTimeout(timer);
  }
}

/** @param reason why it was closed, or undefined where it was not */
export function judgeIdle(
  reason: StateReason | undefined,
  afterS: number,
  watchS: number,
  heartbeatS: number,
): Finding {
  if (reason === undefined) {
    const beats = watchS > heartbeatS ? "" : `, which is no more than a heartbeat, ${heartbeatS} s`;
    return ok(`an idle connection was there for ${watchS} s${beats}`);
  }
  // that the client does not come back is as it was told
  const [text = ""] = reason.text.split("; ");
  const found = `an idle connection was closed after ${afterS} s: ${reason.code ?? ""} ${text}`;
  // the server says why it closes; what is between does not
  if (reason.code !== undefined && reason.code !== 1006) return warning(found, "the server did so: see its log");
  return problem(found, idleSettings(heartbeatS));
}
