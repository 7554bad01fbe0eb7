// Runs in the page of bench/beside/browser.mjs: a client of the server that is told, calls, and receives publications.

const OPENERS = {
  async fugitive(port) {
    const { connect } = await import("/fugitive.mjs");
    const client = connect(`ws://127.0.0.1:${port}`);
    return {
      call: (numbers) => client.call("math.add", numbers),
      subscribe: (channel, heard) => client.subscribe(channel, heard).ready,
    };
  },
  async socketIo(port) {
    const socket = globalThis.io(`http://127.0.0.1:${port}`, { transports: ["websocket"] });
    await new Promise((resolve) => socket.once("connect", resolve));
    return {
      call: (numbers) => socket.emitWithAck("math.add", numbers),
      subscribe(channel, heard) {
        socket.on("event", heard);
        return socket.emitWithAck("subscribe", channel);
      },
    };
  },
  /** As it is written by hand: what no client can be much cheaper than. */
  async bare(port) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    await new Promise((resolve) => {
      socket.onopen = resolve;
    });
    const waiting = new Map();
    let heard = () => undefined;
    let last = 0;
    socket.onmessage = ({ data }) => {
      const { id, result, data: publication } = JSON.parse(data);
      if (id === undefined) return heard(publication);
      waiting.get(id)(result);
      waiting.delete(id);
    };
    const ask = (method, params) =>
      new Promise((resolve) => {
        waiting.set(++last, resolve);
        socket.send(JSON.stringify({ id: last, method, params }));
      });
    return {
      call: (numbers) => ask("math.add", numbers),
      subscribe(topic, listener) {
        heard = listener;
        return ask("subscribe", { topic });
      },
    };
  },
};

let client;
let received = 0;
let wanted = Number.POSITIVE_INFINITY;
let complete;

/** Connects and subscribes. */
globalThis.openClient = async (kind, port, channel) => {
  client = await OPENERS[kind](port);
  await client.subscribe(channel, () => {
    if (++received >= wanted) complete();
  });
};

/** Calls so often, so many at a time. */
globalThis.callOften = async (calls, depth) => {
  let left = calls;
  const lane = async () => {
    while (left-- > 0) {
      const x = left;
      if ((await client.call({ x, y: 1 })) !== x + 1) throw new Error("That is no sum.");
    }
  };
  await Promise.all(Array.from({ length: depth }, lane));
};

/** Waits for so many publications more. */
globalThis.receive = (more) =>
  new Promise((resolve) => {
    complete = () => {
      received -= more;
      wanted = Number.POSITIVE_INFINITY;
      resolve();
    };
    wanted = more;
    if (received >= wanted) complete();
  });
globalThis.isReady = true;
