import { rmSync } from "node:fs";
import { createConnection, createServer, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "../test/patience.ts";
import { createBusAddress } from "./bus-address.ts";
import { BusType } from "./bus-type.ts";
import { Link } from "./link.ts";

/** Both ends of a real Unix domain socket: how the kernel ends one is the point. */
async function socketPair(): Promise<[Socket, Socket]> {
  const { path, folder } = createBusAddress();
  const server = createServer();
  const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const near = createConnection(path);
  const far = await accepted;
  onTestFinished(() => {
    near.destroy();
    far.destroy();
    server.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });
  return [near, far];
}

/** A link that reads nothing yet, while the other side says a hundred things and is gone, as one that was killed. */
async function orphaned() {
  const [near, far] = await socketPair();
  const received: number[] = [];
  const ends: (Error | undefined)[] = [];
  const link = new Link(near, {
    frame: ({ reference }) => void received.push(reference),
    closed: (error) => void ends.push(error),
  });
  link.pause();
  const other = new Link(far, { frame: () => undefined, closed: () => undefined });
  for (let index = 0; index < 100; index++) other.send(BusType.SETTLE, index, "key", Buffer.from("the answer"));
  await new Promise<void>((resolve) => other.whenSent(resolve));
  far.destroy();
  await new Promise((resolve) => far.once("close", resolve));
  return { link, received, ends };
}

const everything = Array.from({ length: 100 }, (_, index) => index);

describe("a link whose other side has died", () => {
  it("still hands out all that was said before", async () => {
    const { link, received, ends } = await orphaned();
    link.resume();
    await eventually(() => expect(ends).toHaveLength(1));
    expect(received).toEqual(everything);
  });

  it("does so though it finds out as it says something itself, of which nobody is told that it arrived", async () => {
    const { link, received, ends } = await orphaned();
    let told = false;
    let drained = 0;
    link.hooks = { ...link.hooks, drained: () => drained++ };
    link.send(BusType.CLAIM, 1);
    link.whenSent(() => {
      told = true;
    });
    await eventually(() => expect(drained).toBe(1));
    expect(link.unsent).toBe(0);
    expect(ends).toEqual([]);
    link.send(BusType.CLAIM, 2);
    link.resume();
    await eventually(() => expect(ends).toHaveLength(1));
    expect(received).toEqual(everything);
    expect(told).toBe(false);
  });
});
