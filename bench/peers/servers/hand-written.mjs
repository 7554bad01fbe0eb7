// What servers say whose application and protocol are written by hand: `{ id, method, params }`, `{ id, result }`.
import { hashForLong } from "../../lib/hash-for-long.mjs";

const PROCEDURES = { "math.add": ({ x, y }) => x + y, echo: (data) => data, hash: hashForLong };

/** @returns the answer's text; none where nothing is to be answered */
export function answer({ id, method, params }, { subscribe, publish }) {
  if (method === "publish") {
    publish(params.topic, params.data);
    return undefined;
  }
  if (method === "subscribe") subscribe(params.topic);
  const result = method === "subscribe" ? true : PROCEDURES[method](params);
  return JSON.stringify({ id, result });
}

export function publishTo(topic, data) {
  return JSON.stringify({ topic, data });
}
