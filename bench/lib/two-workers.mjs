// Connections to each of two workers of one server, which deals them as it likes.
import { openPeer } from "./open-peer.mjs";

const TRIES = 16;

/**
 * Opens connections until there is one on each of two workers.
 *
 * @returns for each `{ socket, heard, worker }`: `heard` is called with each frame that comes and may be set; `worker` is the
 * id of its process
 */
export async function openOnBoth(dialect, port) {
  const { ask, read } = dialect.whereabouts;
  const found = new Map();
  for (let tries = 0; tries < TRIES && found.size < 2; tries++) {
    const peer = { heard: undefined };
    const first = new Promise((resolve) => {
      peer.heard = (length, data, at) => resolve(read(data.subarray(at, at + length)));
    });
    peer.socket = await openPeer(dialect, port, (length, data, at) => peer.heard(length, data, at));
    peer.socket.write(ask);
    peer.worker = await first;
    peer.heard = () => undefined;
    if (found.has(peer.worker)) peer.socket.destroy();
    else found.set(peer.worker, peer);
  }
  if (found.size < 2) throw new Error("All connections came to one worker.");
  return [...found.values()];
}
