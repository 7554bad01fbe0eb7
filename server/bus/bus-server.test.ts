import { rmSync } from "node:fs";
import { createConnection, Server } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createBusAddress } from "./bus-address.ts";
import { BusServer } from "./bus-server.ts";
import { BusType } from "./bus-type.ts";
import { Link } from "./link.ts";

const SECRET = "open sesame";
const releases: (() => void)[] = [];

afterEach(() => {
  vi.useRealTimers();
  for (const release of releases.splice(0).reverse()) release();
});

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A server, and all that it tells of who joined. */
async function startServer(onJoined: (link: Link) => void = () => undefined) {
  const told: string[] = [];
  const failures: Error[] = [];
  const { path, folder } = createBusAddress();
  const server = new BusServer({
    secret: SECRET,
    failed: (error) => void failures.push(error),
    joined(link, number) {
      told.push(`${number} joined`);
      onJoined(link);
      return {
        frame: ({ type, reference, data }) => void told.push(`${number} sent ${type} ${reference} ${data.length}`),
        drained: () => void told.push(`${number} drained`),
        closed: () => void told.push(`${number} left ${[...server.links].length}`),
      };
    },
  });
  await server.listen(path);
  releases.push(() => {
    server.close();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });
  return { server, path, told, failures };
}

function dial(path: string) {
  const socket = createConnection(path);
  /** The types of what came. */
  const received: number[] = [];
  const hooks: { ended?: () => void } = {};
  const ended = new Promise<void>((resolve) => {
    hooks.ended = resolve;
  });
  const link = new Link(socket, { frame: ({ type }) => void received.push(type), closed: () => hooks.ended?.() });
  releases.push(() => link.close());
  const join = (number: number) => link.send(BusType.JOIN, number, "", Buffer.from(SECRET));
  return { link, socket, received, ended, join };
}

describe("who joins a bus", () => {
  it("is told so first of all, and then whatever there is to say", async () => {
    const { path, told } = await startServer((link) => link.send(BusType.EVENT, 0));
    const { join, received } = dial(path);
    join(7);
    await vi.waitFor(() => expect(received).toEqual([BusType.JOINED, BusType.EVENT]));
    expect(told[0]).toBe("7 joined");
  });

  it("is heard from its next frame on, however large, even where that comes right behind", async () => {
    const { path, told } = await startServer();
    const { join, link } = dial(path);
    join(7);
    link.send(BusType.SUBSCRIBE, 1);
    link.send(BusType.PUBLISH, 2, "", new Uint8Array(1_000_000));
    await vi.waitFor(() => expect(told).toHaveLength(4));
    expect(told.filter((one) => one !== "7 drained")).toEqual(["7 joined", "7 sent 3 1 0", "7 sent 6 2 1000000"]);
  });

  it("is no longer among the links when it is told of its end", async () => {
    const { server, path, told } = await startServer();
    const [stayer, leaver] = [dial(path), dial(path)];
    leaver.join(7);
    await vi.waitFor(() => expect([...server.links]).toHaveLength(2));
    await vi.waitFor(() => expect(leaver.received).toEqual([BusType.JOINED]));
    leaver.link.close();
    await vi.waitFor(() => expect(told).toContain("7 left 1"));
    stayer.link.close();
    await vi.waitFor(() => expect([...server.links]).toEqual([]));
    expect(told).toEqual(["7 joined", "7 drained", "7 left 1"]);
  });

  it("has five seconds for it, and all the time it wants after", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { server, path, told } = await startServer();
    const silent = dial(path);
    const member = dial(path);
    member.join(1);
    while (member.received.length === 0 || [...server.links].length < 2) await turn();
    vi.advanceTimersByTime(4_999);
    await turn();
    expect(silent.socket.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    await silent.ended;
    expect(member.socket.destroyed).toBe(false);
    expect(told).toEqual(["1 joined", "1 drained"]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("joining a bus is refused", () => {
  // at once, that is: nobody's five seconds ever pass here
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));

  it.each([
    ["a wrong secret", SECRET.replace("o", "0")],
    ["a secret that is too short", SECRET.slice(1)],
    ["a secret that is too long", `${SECRET}!`],
    ["no secret", ""],
  ])("with %s, and not even the right one helps then", async (_, secret) => {
    const { path, told } = await startServer();
    const { link, join, ended, received } = dial(path);
    link.send(BusType.JOIN, 1, "", Buffer.from(secret));
    join(1);
    await ended;
    expect([received, told]).toEqual([[], []]);
  });

  it("to who asks for anything else first", async () => {
    const { path, told } = await startServer();
    const { link, ended, received } = dial(path);
    link.send(BusType.SUBSCRIBE, 1, "*", Buffer.from(SECRET));
    await ended;
    expect([received, told]).toEqual([[], []]);
  });

  it.each([
    ["HTTP", Buffer.from("GET / HTTP/1.1\r\n\r\n")],
    ["an empty frame", Buffer.from([0, 0, 0, 0])],
    ["the head of more than 1,024 bytes", Buffer.from([0xfd, 0x03, 0, 0])],
  ])("to who sends %s", async (_, bytes) => {
    const { path, told } = await startServer();
    const { socket, ended, received } = dial(path);
    socket.write(bytes);
    await ended;
    expect([received, told]).toEqual([[], []]);
  });
});

describe("a bus server", () => {
  it("tells of every connection that it cannot take, and goes on", async () => {
    const listen = vi.spyOn(Server.prototype, "listen");
    const { path, failures } = await startServer();
    const [server] = listen.mock.contexts as Server[];
    listen.mockRestore();
    const error = new Error("accept EMFILE");
    for (let count = 0; count < 2; count++) server?.emit("error", error);
    expect(failures).toEqual([error, error]);
    const { join, received } = dial(path);
    join(1);
    await vi.waitFor(() => expect(received).toEqual([BusType.JOINED]));
  });

  it("cannot listen where another one does", async () => {
    const { path } = await startServer();
    const failed = vi.fn();
    const second = new BusServer({ secret: SECRET, failed, joined: () => expect.unreachable("nobody can join") });
    await expect(second.listen(path)).rejects.toThrow("EADDRINUSE");
    expect(failed).not.toHaveBeenCalled();
  });

  it("hangs up on everybody when it is closed, joined or not, and takes nobody after", async () => {
    const { server, path, told } = await startServer();
    const [member, stranger] = [dial(path), dial(path)];
    member.join(1);
    await vi.waitFor(() => expect([...member.received, ...server.links]).toHaveLength(3));
    server.close();
    await Promise.all([member.ended, stranger.ended]);
    await vi.waitFor(() => expect(told).toContain("1 left 0"));
    const late = dial(path);
    late.join(2);
    await late.ended;
    expect(late.received).toEqual([]);
  });
});
