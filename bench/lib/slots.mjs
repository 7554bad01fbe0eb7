// Calls under way on many connections, so many at a time, whoever is next.
import { openPeer } from "./open-peer.mjs";

const AT_ONCE = 50;

/** Opens connections that are not called on yet. @returns them, each with a function that is called with its answers */
export async function openAll(dialect, port, count) {
  const peers = [];
  while (peers.length < count) {
    const opened = Array.from({ length: Math.min(AT_ONCE, count - peers.length) }, async () => {
      const peer = { answered: undefined };
      peer.socket = await openPeer(dialect, port, () => peer.answered?.());
      return peer;
    });
    peers.push(...(await Promise.all(opened)));
  }
  return peers;
}

/**
 * Keeps `inFlight` calls under way for a time, on one connection after the other.
 * @returns how many were answered, and in how many seconds
 */
export async function callInTurn(peers, frame, inFlight, ms) {
  let next = 0;
  let answers = 0;
  let running = true;
  const call = () => {
    const peer = peers[next++ % peers.length];
    peer.socket.write(frame);
  };
  for (const peer of peers) {
    peer.answered = () => {
      answers++;
      if (running) call();
    };
  }
  const start = performance.now();
  for (let index = 0; index < inFlight; index++) call();
  await new Promise((resolve) => setTimeout(resolve, ms));
  const seconds = (performance.now() - start) / 1_000;
  const counted = answers;
  running = false;
  await new Promise((resolve) => setTimeout(resolve, 50));
  return { answers: counted, seconds };
}
