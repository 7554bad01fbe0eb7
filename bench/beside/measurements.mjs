// All that is measured beside others, in the order in which it runs.
import { ARMS, CLUSTERS } from "../lib/arms.mjs";
import { QUICK, rounds } from "../lib/effort.mjs";
import { benchBrowser } from "./browser.mjs";
import { benchPeerCalls } from "./calls.mjs";
import { benchCodecs } from "./codecs.mjs";
import { benchPeerConnects } from "./connects.mjs";
import { benchCrossWorker } from "./cross-worker.mjs";
import { benchFanOut } from "./fan-out.mjs";
import { benchPeerHeavy } from "./heavy.mjs";
import { benchPeerIdle } from "./idle.mjs";
import { benchRecovery } from "./recovery.mjs";
import { benchConnectionsGrow, benchSizesGrow } from "./scaling.mjs";

/** A quick look takes about so much less time, beside its single round. */
const QUICKER = 2.5;
/** For plots of many lines. */
const FEW = ["Fugitive", "bare uWebSockets.js", "Bun", "ws", "Socket.IO", "Socket.IO on uWebSockets.js"];

/**
 * By name: `run` gives what it has measured, as plain data; `seconds` are about what it takes on two cores, whatever the number
 * of rounds (`once`) and for each of the `usual` ones (`round`).
 */
export const PEER_MEASUREMENTS = {
  calls: { run: () => benchPeerCalls(), once: 22, round: 20, usual: 5 },
  "fan-out": { run: () => benchFanOut(), once: 0, round: 80, usual: 5 },
  "fan-out-two-workers": { run: () => benchFanOut(undefined, undefined, CLUSTERS), once: 0, round: 48, usual: 5 },
  "across-workers": { run: () => benchCrossWorker(), once: 9, round: 7, usual: 5 },
  idle: { run: () => benchPeerIdle(FEW), once: 80, round: 0, usual: 1 },
  connects: {
    run: () => benchPeerConnects([...ARMS.keys()].filter((name) => name !== "tRPC")),
    ...{ once: 25, round: 23, usual: 3 },
  },
  heavy: { run: () => benchPeerHeavy(), once: 8, round: 29, usual: 3 },
  connections: { run: () => benchConnectionsGrow(FEW), once: 3, round: 46, usual: 3 },
  sizes: { run: () => benchSizesGrow([...FEW, "Fugitive, deflating nothing"]), once: 4, round: 64, usual: 3 },
  recovery: { run: () => benchRecovery(), once: 1, round: 20, usual: 3 },
  browser: { run: () => benchBrowser(), once: 3, round: 40, usual: 3 },
  codecs: { run: () => benchCodecs(), once: 6, round: 3, usual: 5 },
};

/** About how many seconds it takes, with what ROUNDS says or usual rounds. */
export function expectedSeconds(name) {
  const { once, round, usual } = PEER_MEASUREMENTS[name];
  return (once + round * rounds(usual)) / (QUICK ? QUICKER : 1);
}
