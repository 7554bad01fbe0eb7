// What those who try a server need: one call to it.
import { once } from "node:events";
import { WebSocket } from "ws";

const ANSWER_MS = 5_000;
/** The demo has this procedure, and so does what .ci/try-package.mjs serves. */
const CALL = [2, 1, "math.add", { x: 1, y: 6 }];
const RESULT = [3, 1, 7];

/** One call over a plain WebSocket, in JSON. */
export async function call(url) {
  const socket = new WebSocket(url, { handshakeTimeout: ANSWER_MS });
  try {
    await once(socket, "open", { signal: AbortSignal.timeout(ANSWER_MS) });
    socket.send(JSON.stringify(CALL));
    const [data] = await once(socket, "message", { signal: AbortSignal.timeout(ANSWER_MS) });
    if (String(data) !== JSON.stringify(RESULT)) throw new Error(`The call was answered by ${data}`);
  } finally {
    socket.terminate();
  }
}
