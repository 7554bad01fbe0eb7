import { textFrame } from "../lib/raw-client.mjs";

const message = (id, method, params) => textFrame(JSON.stringify({ id, method, params }));

/** JSON with an id, as servers of a few lines speak it. */
export const HAND_WRITTEN = {
  call: (id = 1) => message(id, "math.add", { x: 1, y: 6 }),
  invoke: (procedure, input) => message(1, procedure, input),
  subscribe: (topic) => message(1, "subscribe", { topic }),
  publish: (topic, data) => message(undefined, "publish", { topic, data }),
};
