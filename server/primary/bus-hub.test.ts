import { existsSync, statSync } from "node:fs";
import { createConnection, Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import { Link } from "../bus/link.ts";
import { DEFAULT_CONFIG } from "../config.ts";
import { eventually } from "../test/patience.ts";
import type { BusHub } from "./bus-hub.ts";
import { createBusHub } from "./create-bus-hub.ts";

const KIB = 1024;
const releases: (() => void)[] = [];

afterEach(() => {
  for (const release of releases.splice(0).reverse()) release();
});

async function startHub(budget = 64 * KIB * KIB) {
  const stuck: number[] = [];
  const failures: Error[] = [];
  const { hub } = createBusHub(
    { ...DEFAULT_CONFIG, busBudget: budget },
    {
      stuck: (worker) => void stuck.push(worker),
      failed: (error) => void failures.push(error),
    },
  );
  await hub.listen();
  releases.push(() => hub.close());
  return { hub, stuck, failures };
}

/** A socket worker's end of the bus, without the broker around it. */
interface Worker {
  readonly link: Link;
  readonly socket: Socket;
  /** Whatever came, as `EVENT channel bytes`. */
  readonly received: string[];
  readonly ended: Promise<void>;
}

const NAMES = Object.fromEntries(Object.entries(BusType).map(([name, type]) => [type, name]));

function dial(hub: BusHub): Worker {
  const socket = createConnection(hub.address.path);
  const received: string[] = [];
  const hooks: { ended?: () => void } = {};
  const ended = new Promise<void>((resolve) => {
    hooks.ended = resolve;
  });
  const link = new Link(socket, {
    frame(frame: BusFrame) {
      const what = frame.type === BusType.EVENT ? `${frame.channel} ${frame.data.length}` : frame.reference;
      received.push(`${NAMES[frame.type]} ${what}`);
    },
    closed: () => hooks.ended?.(),
  });
  releases.push(() => link.close());
  return { link, socket, received, ended };
}

/** Waits until a worker has received this. */
function got(worker: Worker, ...expected: string[]): Promise<void> {
  return eventually(() => expect(worker.received).toEqual(expect.arrayContaining(expected)));
}

async function join(hub: BusHub, number: number, ...channels: string[]): Promise<Worker> {
  const worker = dial(hub);
  worker.link.send(BusType.JOIN, number, "", Buffer.from(hub.address.secret));
  for (const channel of channels) worker.link.send(BusType.SUBSCRIBE, 1, channel);
  await got(worker, "JOINED 0", ...channels.map(() => "SUBSCRIBED 1"));
  worker.received.length = 0;
  return worker;
}

describe("joining the bus", () => {
  it("is refused without its secret", async () => {
    const { hub } = await startHub();
    const worker = dial(hub);
    worker.link.send(BusType.JOIN, 1, "", Buffer.alloc(hub.address.secret.length, "0"));
    await worker.ended;
    expect(worker.received).toEqual([]);
  });

  it.each([
    ["HTTP", Buffer.from("GET / HTTP/1.1\r\n\r\n")],
    ["an empty frame", Buffer.from([0, 0, 0, 0])],
    ["the head of an enormous frame", Buffer.from([0xff, 0xff, 0xff, 0xff])],
  ])("is refused to who sends %s, and nobody else notices", async (_, bytes) => {
    const { hub } = await startHub();
    const member = await join(hub, 1, "c");
    const stranger = dial(hub);
    stranger.socket.write(bytes);
    await stranger.ended;
    hub.publish("c", new Uint8Array(3));
    await got(member, "EVENT c 3");
  });
});

describe("a bus that cannot take a connection", () => {
  it("says so every time, and goes on", async () => {
    const listen = vi.spyOn(Server.prototype, "listen");
    const { hub, failures } = await startHub();
    const [server] = listen.mock.contexts as Server[];
    listen.mockRestore();
    const error = new Error("accept EMFILE");
    for (let count = 0; count < 2; count++) server?.emit("error", error);
    expect(failures).toEqual([error, error]);
    await join(hub, 1, "c");
  });
});

describe("a publication on the bus", () => {
  it("goes to those workers only that have a subscriber, and is acknowledged to its publisher alone", async () => {
    const { hub } = await startHub();
    const publisher = await join(hub, 1, "other");
    const subscriber = await join(hub, 2, "c");
    const matching = await join(hub, 3, "*", "c", "x*");
    publisher.link.send(BusType.PUBLISH, 5, "c", new Uint8Array(10));
    publisher.link.send(BusType.PUBLISH, 0, "other", new Uint8Array(1));
    await got(publisher, "PUBLISHED 5", "EVENT other 1");
    await got(matching, "EVENT other 1");
    await got(subscriber, "EVENT c 10");
    expect(publisher.received).toEqual(["PUBLISHED 5", "EVENT other 1"]);
    expect(matching.received).toEqual(["EVENT c 10", "EVENT other 1"]);
    expect(subscriber.received).toEqual(["EVENT c 10"]);
  });

  it("no longer goes to who unsubscribed or left", async () => {
    const { hub } = await startHub();
    const [leaver, unsubscriber, stayer] = [
      await join(hub, 1, "c"),
      await join(hub, 2, "c", "d"),
      await join(hub, 3, "c"),
    ];
    unsubscriber.link.send(BusType.UNSUBSCRIBE, 0, "c");
    unsubscriber.link.send(BusType.SUBSCRIBE, 2, "e");
    await got(unsubscriber, "SUBSCRIBED 2");
    leaver.link.close();
    await leaver.ended;
    hub.publish("c", new Uint8Array(1));
    hub.publish("d", new Uint8Array(1));
    await got(unsubscriber, "EVENT d 1");
    await got(stayer, "EVENT c 1");
    expect(unsubscriber.received).not.toContain("EVENT c 1");
  });
});

describe("the folder of the bus", () => {
  it("may be entered by this user only, and is gone after the end", async () => {
    const { hub } = await startHub();
    const folder = dirname(hub.address.path);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    hub.close();
    expect(existsSync(folder)).toBe(false);
    hub.close();
  });
});
