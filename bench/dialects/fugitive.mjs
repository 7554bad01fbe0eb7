import { Packr } from "msgpackr";
import { clientFrame } from "../lib/raw-client.mjs";

const packr = new Packr({ useRecords: false, variableMapSize: true });
const call = (id) => [2, id, "math.add", { x: 1, y: 6 }];

/** What is said in one turn leaves as one frame, as the client sends it, and so do the answers. */
export const FUGITIVE = {
  subprotocol: "fugitive.v1.msgpack",
  hello: clientFrame(packr.pack([0, {}])),
  call: (id = 1) => clientFrame(packr.pack(call(id))),
  invoke: (procedure, input) => clientFrame(packr.pack([2, 1, procedure, input])),
  calls: (count) => ({
    frame: clientFrame(packr.pack(Array.from({ length: count }, (_, id) => call(id)))),
    answers: 1,
  }),
  subscribe: (channel) => clientFrame(packr.pack([8, 1, channel])),
  whereabouts: { ask: clientFrame(packr.pack([2, 1, "whereabouts"])), read: (bytes) => packr.unpack(bytes)[2] },
  publish: (channel, data) => clientFrame(packr.pack([11, null, channel, data])),
  publications: (channel, data, count) =>
    clientFrame(packr.pack(Array.from({ length: count }, () => [11, null, channel, data]))),
};

/** The same messages, of which bare uWebSockets.js takes one in each frame. */
export const BARE = {
  call: FUGITIVE.call,
  invoke: FUGITIVE.invoke,
  subscribe: FUGITIVE.subscribe,
  publish: FUGITIVE.publish,
};
