// A connection to a measured server in its own protocol, which costs the measuring process as little as can be.
import { openRaw } from "./raw-client.mjs";

/** What a server asks to see whether somebody is there, and a client's answer to it, are shorter than any answer. */
const LONGEST_PING = 2;

/**
 * Opens a connection and shakes hands.
 *
 * @param dialect how the server speaks
 * @param heard called with the length of each frame that comes afterwards, and its bytes
 */
export async function openPeer(dialect, port, heard) {
  const { path = "/", subprotocol = "", pong, handshake } = dialect;
  let shaken = handshake === undefined;
  let next;
  const waiting = [];
  const socket = await openRaw(
    port,
    subprotocol,
    (length, data, at) => {
      if (length <= LONGEST_PING) {
        if (pong !== undefined && shaken) socket.write(pong);
        return;
      }
      if (shaken) {
        heard(length, data, at);
        return;
      }
      const text = data.toString("latin1", at, at + length);
      if (next === undefined) waiting.push(text);
      else next(text);
    },
    path,
  );
  if (handshake !== undefined) {
    const read = () =>
      waiting.length > 0
        ? Promise.resolve(waiting.shift())
        : new Promise((resolve) => {
            next = (text) => {
              next = undefined;
              resolve(text);
            };
          });
    await handshake(socket, read);
    shaken = true;
  }
  return socket;
}
