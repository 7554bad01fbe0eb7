import { expect, it } from "vitest";
import type { Frame } from "../../shared/message.ts";
import { eventually } from "../test/patience.ts";
import type { MemorySocket } from "./memory-socket.ts";
import { MemoryTransport } from "./memory-transport.ts";
import type { Socket, SocketOwner, UpgradeRequest } from "./transport.ts";

const REQUEST: UpgradeRequest = {
  ...{ path: "/", query: "", headers: new Map(), offers: [] },
  ...{ address: "127.0.0.1", host: "", secure: undefined },
};
const BUDGET = 100;

function setup(message: (socket: Socket, text: string) => void = () => undefined) {
  const heard: string[] = [];
  const elsewhere: string[] = [];
  const owner = (socket: Socket): SocketOwner => ({
    message(bytes, binary) {
      const text = Buffer.from(bytes).toString();
      heard.push(binary ? `bytes ${text}` : text);
      message(socket, text);
    },
    alive: () => void heard.push("alive"),
    drained: () => void heard.push("drained"),
    dropped: () => void heard.push("dropped"),
    closed: (code) => void heard.push(`closed ${code}`),
  });
  const transport = new MemoryTransport<SocketOwner>(
    {
      upgrade: ({ path }) => (path === "/" ? { subprotocol: "" } : { status: 503, body: "no" }),
      open: (socket) => owner(socket),
    },
    BUDGET,
  );
  const connect = () => {
    const said: (Frame | string)[] = [];
    const connected = transport.connect(REQUEST, {
      message: (frame) => void said.push(frame),
      closed: (code, reason) => void said.push(`closed ${code} ${reason}`),
    });
    return { said, socket: (connected as { socket: MemorySocket }).socket };
  };
  const publish = transport.beside({ publish: (topic) => void elsewhere.push(topic) }).publish;
  return { transport, connect, heard, publish, elsewhere };
}

it("what either side says reaches the other in the next turn, in its order and its kind", async () => {
  const { connect, heard } = setup((socket, text) => void socket.send(`${text}!`));
  const { said, socket } = connect();
  socket.say("one");
  socket.say(Buffer.from("two"));
  expect(heard).toEqual([]);
  await eventually(() => expect(said).toEqual(["one!", "two!"]));
  expect(heard).toEqual(["one", "bytes two", "drained"]);
  const bytes = Uint8Array.of(1, 2);
  socket.send(bytes);
  bytes.fill(9);
  await eventually(() => expect(said.at(-1)).toEqual(Uint8Array.of(1, 2)));
});

it("goodbye comes behind what was said, once, with its code, and then there is silence", async () => {
  const { connect, heard } = setup();
  const [one, other, third] = [connect(), connect(), connect()];
  one.socket.send("last");
  one.socket.end(4000, "as asked");
  one.socket.end(4001, "again");
  expect([one.socket.open, one.socket.send("never"), one.socket.unsent > 0]).toEqual([false, true, true]);
  other.socket.say("bye");
  other.socket.leave(1001);
  other.socket.say("never");
  third.socket.say("never");
  third.socket.terminate();
  third.socket.terminate();
  await eventually(() => expect(heard).toHaveLength(4));
  expect(one.said).toEqual(["last", "closed 4000 as asked"]);
  expect(other.said).toEqual(["closed 1001 "]);
  expect(third.said).toEqual(["closed 1006 "]);
  expect(heard.sort()).toEqual(["bye", "closed 1001", "closed 1006", "closed 4000"]);
  one.socket.ping();
  one.socket.subscribe("news");
  one.socket.terminate();
  expect([one.socket.isSubscribed("news"), one.socket.unsent]).toEqual([false, 0]);
});

it("publications reach subscribers here, and go on elsewhere", async () => {
  const { connect, publish, elsewhere } = setup();
  publish("news", "nobody");
  const [one, other] = [connect(), connect()];
  for (const { socket } of [one, other]) socket.subscribe("news");
  expect(one.socket.isSubscribed("news")).toBe(true);
  publish("news", "both");
  one.socket.unsubscribe("news");
  publish("news", "other");
  publish("olds", "nobody");
  await eventually(() => expect(other.said).toEqual(["both", "other"]));
  expect(one.said).toEqual(["both"]);
  other.socket.leave(1000);
  await eventually(() => expect(other.said).toHaveLength(3));
  publish("news", "late");
  expect(elsewhere).toEqual(["news", "news", "news", "olds", "news"]);
});

it("what is beyond the send budget of one turn is dropped, and that is told", async () => {
  const { connect, publish, heard } = setup();
  const { socket, said } = connect();
  socket.subscribe("news");
  expect([socket.send("x".repeat(BUDGET + 1)), socket.unsent, socket.send("y")]).toEqual([true, BUDGET + 1, false]);
  publish("news", "z");
  await eventually(() => expect(heard).toEqual(["drained", "dropped"]));
  expect([said.length, socket.unsent, socket.send("room again")]).toEqual([1, 0, true]);
});

it("pings are signs of life, requests may be refused, and all ends with the transport", async () => {
  const { transport, connect, heard } = setup();
  const { socket, said } = connect();
  socket.ping();
  const nobody = { message: () => undefined, closed: () => undefined };
  expect(transport.connect({ ...REQUEST, path: "/no" }, nobody)).toEqual({ status: 503, body: "no" });
  transport.close();
  await eventually(() => expect(said).toEqual(["closed 1006 "]));
  expect(heard).toEqual(["alive", "closed 1006"]);
});
