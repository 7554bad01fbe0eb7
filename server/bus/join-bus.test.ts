import { rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { eventually } from "../test/patience.ts";
import { createBusAddress } from "./bus-address.ts";
import type { BusFrame } from "./bus-frame.ts";
import { BusServer } from "./bus-server.ts";
import { BusType } from "./bus-type.ts";
import { joinBus } from "./join-bus.ts";
import { Link } from "./link.ts";

const SECRET = "open sesame";
const releases: (() => void)[] = [];

afterEach(() => {
  for (const release of releases.splice(0).reverse()) release();
});

function newPath(): string {
  const { path, folder } = createBusAddress();
  if (folder !== undefined) releases.push(() => rmSync(folder, { recursive: true }));
  return path;
}

/** A server that answers the first frame as `answer` does. */
async function answering(answer: (link: Link, socket: Socket) => void): Promise<string> {
  const path = newPath();
  const server = createServer((socket) => {
    const link: Link = new Link(socket, { frame: () => answer(link, socket), closed: () => undefined });
    releases.push(() => link.close());
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  releases.push(() => server.close());
  return path;
}

/** Joins, and keeps what the hooks were told. */
function joining(path: string, secret = SECRET) {
  const events: string[] = [];
  const ends: (Error | undefined)[] = [];
  const hooks = {
    frame: ({ type, channel }: BusFrame) => void events.push(`${type} ${channel}`),
    closed: (error?: Error) => void ends.push(error),
  };
  const link = joinBus({ path, secret, worker: 7, hooks });
  link.then(
    (joined) => releases.push(() => joined.close()),
    () => undefined,
  );
  return { link, events, ends };
}

describe("joining a bus", () => {
  it("gives a link that carries frames both ways, to the socket worker's number", async () => {
    const path = newPath();
    const heard: string[] = [];
    const server = new BusServer({
      secret: SECRET,
      failed: () => expect.unreachable("every connection can be taken"),
      joined: (link, number) => ({
        frame({ type, channel }) {
          heard.push(`${number} ${type} ${channel}`);
          link.send(BusType.EVENT, 0, "answer");
        },
        closed: () => undefined,
      }),
    });
    await server.listen(path);
    releases.push(() => server.close());
    const { link, events } = joining(path);
    (await link).send(BusType.PUBLISH, 0, "question");
    await eventually(() => expect(events).toEqual([`${BusType.EVENT} answer`]));
    expect(heard).toEqual([`7 ${BusType.PUBLISH} question`]);
  });

  it("loses nothing of what comes right behind the welcome: the hooks have it before the link is there", async () => {
    const path = await answering((link) => {
      link.send(BusType.JOINED, 0);
      for (const channel of ["a", "b"]) link.send(BusType.EVENT, 0, channel);
    });
    const { link, events } = joining(path);
    await link;
    expect(events).toEqual([`${BusType.EVENT} a`, `${BusType.EVENT} b`]);
  });

  it("has been a success even where the link breaks right behind the welcome, of which the hooks are told once", async () => {
    const path = await answering((link, socket) => {
      socket.cork();
      link.send(BusType.JOINED, 0);
      setImmediate(() => {
        socket.write(Buffer.alloc(4));
        socket.uncork();
      });
    });
    const { link, ends } = joining(path);
    await link;
    await eventually(() => expect(ends).toEqual([new Error("What came over the bus is no frame.")]));
  });

  it("rejects where nobody listens, and tells the hooks nothing", async () => {
    const { link, ends } = joining(newPath());
    await expect(link).rejects.toThrow("ENOENT");
    expect(ends).toEqual([]);
  });

  it("rejects where the secret is another one, and tells the hooks nothing", async () => {
    const path = newPath();
    const joined = () => expect.unreachable("the secret is wrong");
    const server = new BusServer({ secret: SECRET, failed: () => undefined, joined });
    await server.listen(path);
    releases.push(() => server.close());
    const { link, ends } = joining(path, "open barley");
    await expect(link).rejects.toThrow("refused this socket worker");
    expect(ends).toEqual([]);
  });

  it("rejects where it is answered with anything but a welcome, even with one behind", async () => {
    const path = await answering((link) => {
      link.send(BusType.EVENT, 0, "c");
      link.send(BusType.JOINED, 0);
    });
    const { link, events, ends } = joining(path);
    await expect(link).rejects.toThrow("refused this socket worker");
    expect([events, ends]).toEqual([[], []]);
  });
});
