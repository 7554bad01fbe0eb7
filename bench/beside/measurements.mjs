// All that is measured beside others, in the order in which it runs.
import { ARMS, CLUSTERS } from "../lib/arms.mjs";
import { benchPeerCalls } from "./calls.mjs";
import { benchPeerConnects } from "./connects.mjs";
import { benchCrossWorker } from "./cross-worker.mjs";
import { benchFanOut } from "./fan-out.mjs";
import { benchPeerHeavy } from "./heavy.mjs";
import { benchPeerIdle } from "./idle.mjs";
import { benchConnectionsGrow, benchSizesGrow } from "./scaling.mjs";

/** For plots of many lines. */
const FEW = ["Fugitive", "bare uWebSockets.js", "Bun", "ws", "Socket.IO", "Socket.IO on uWebSockets.js"];

/** By name; each gives what it has measured, as plain data. */
export const PEER_MEASUREMENTS = {
  calls: () => benchPeerCalls(),
  "fan-out": () => benchFanOut(),
  "fan-out-two-workers": () => benchFanOut(undefined, undefined, CLUSTERS),
  "across-workers": () => benchCrossWorker(),
  idle: () => benchPeerIdle(FEW),
  connects: () => benchPeerConnects([...ARMS.keys()].filter((name) => name !== "tRPC")),
  heavy: () => benchPeerHeavy(),
  connections: () => benchConnectionsGrow(FEW),
  sizes: () => benchSizesGrow(FEW),
};
