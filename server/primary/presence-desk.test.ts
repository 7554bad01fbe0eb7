import { describe, expect, it, onTestFinished } from "vitest";
import { createPack } from "../../shared/msgpack-codec.ts";
import { BusType } from "../bus/bus-type.ts";
import { connectUplink, type Uplink } from "../bus/uplink.ts";
import { DEFAULT_CONFIG } from "../config.ts";
import { COUNTS_ONLY, type PresenceEntrance } from "../pubsub/presence-bus.ts";
import { eventually } from "../test/patience.ts";
import { BusHub } from "./bus-hub.ts";
import { Histories } from "./histories.ts";
import { LocalCarrier } from "./local-carrier.ts";
import { LocalPresence } from "./local-presence.ts";
import { PresenceDesk } from "./presence-desk.ts";
import { PublicationKeys } from "./publication-keys.ts";
import { Sequencer } from "./sequencer.ts";
import { createDesk } from "./session-desk.ts";

const pack = createPack();
const LINK_BUDGET = 400_000;

async function startDesk(budget = 100_000_000) {
  const keeper = new LocalPresence(budget);
  const desk = new PresenceDesk({ keeper, linkBudget: LINK_BUDGET });
  const keys = new PublicationKeys(createDesk(DEFAULT_CONFIG).answers);
  const sequencer = new Sequencer(new Histories({ budget: 0 }), keys);
  const hub = new BusHub({
    budget: LINK_BUDGET,
    desk,
    carrier: (routes) => new LocalCarrier(sequencer, routes, LINK_BUDGET),
    stuck: () => undefined,
    failed: () => undefined,
  });
  await hub.listen();
  onTestFinished(() => hub.close());
  return { keeper, hub };
}

/** A socket worker, as far as presence goes. */
class Worker {
  readonly news: string[] = [];
  #uplink: Uplink | undefined;

  async join(hub: BusHub, worker: number): Promise<this> {
    const hear = (change: string) => (frame: { channel: string; data: Uint8Array }) =>
      void this.news.push(`${change} ${frame.channel} ${JSON.stringify(pack.unpack(frame.data))}`);
    this.#uplink = await connectUplink({
      ...hub.address,
      worker,
      budget: 100_000_000,
      frames: { [BusType.PRESENCE_JOIN]: hear("join"), [BusType.PRESENCE_LEAVE]: hear("leave") },
      lost: () => undefined,
    });
    onTestFinished(() => this.die());
    return this;
  }

  die(): void {
    this.#uplink?.close();
  }

  /** @returns whether it is in now */
  async enter(channel: string, connection: string, member: unknown, watch = false): Promise<boolean> {
    const entrance: PresenceEntrance = [connection, null, watch, pack.pack(member)];
    return (await this.#ask(BusType.PRESENCE_ENTER, channel, pack.pack(entrance))).length === 0;
  }

  exit(channel: string, connection: string): void {
    this.#uplink?.tell(BusType.PRESENCE_EXIT, channel, Buffer.from(connection));
  }

  async list(channel: string, most: number): Promise<unknown> {
    const data = Buffer.alloc(4);
    data.writeUInt32LE(most);
    const bytes = await this.#ask(BusType.PRESENCE_LIST, channel, data);
    return bytes.length === 0 ? undefined : pack.unpack(bytes);
  }

  #ask(type: BusType, channel: string, data: Uint8Array): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#uplink?.ask(type, channel, data, (error, frame) => {
        if (frame === undefined) reject(error);
        else resolve(Buffer.from(frame.data));
      });
    });
  }
}

describe("the desk", () => {
  it("tells one worker of another's connections, and all of them leave when that one dies", async () => {
    const { keeper, hub } = await startDesk();
    const [one, other] = [await new Worker().join(hub, 1), await new Worker().join(hub, 2)];
    await one.enter("füchse", "1", { connection: "1", data: "🦊" }, true);
    await other.enter("füchse", "2", { connection: "2" });
    expect(await one.list("füchse", 10)).toEqual([{ connection: "1", data: "🦊" }, { connection: "2" }]);
    expect(await one.list("füchse", 1)).toHaveLength(1);
    expect(await one.list("füchse", COUNTS_ONLY)).toEqual({ connections: 2, members: 2 });
    expect(await one.list("none", 10)).toEqual([]);
    other.die();
    await eventually(() => expect(one.news).toHaveLength(2));
    expect(one.news).toEqual(['join füchse {"connection":"2"}', 'leave füchse {"connection":"2"}']);
    one.exit("füchse", "1");
    expect(await one.list("füchse", 10)).toEqual([]);
    one.die();
    await eventually(() => expect(keeper.spent).toBe(0));
  });

  it("lists a thousand members of full size", async () => {
    const { hub } = await startDesk();
    const worker = await new Worker().join(hub, 1);
    const members = Array.from({ length: 1_200 }, (_, index) => ({ connection: `${index}`, data: "x".repeat(1_000) }));
    await Promise.all(members.map((member) => worker.enter("c", member.connection, member)));
    expect(await worker.list("c", 1_000)).toEqual(members.slice(0, 1_000));
  });

  it("passes on what a worker's death makes others hear of, however much, and each of it once", async () => {
    const { keeper, hub } = await startDesk();
    const [one, other] = [await new Worker().join(hub, 1), await new Worker().join(hub, 2)];
    const count = 5_000;
    await one.enter("c", "watcher", { connection: "watcher" }, true);
    const data = "x".repeat(200);
    const ids = Array.from({ length: count }, (_, index) => `${index}`);
    await Promise.all(ids.map((connection) => other.enter("c", connection, { connection, data })));
    await eventually(() => expect(one.news).toHaveLength(count));
    other.die();
    await eventually(() => expect(one.news).toHaveLength(2 * count));
    expect(new Set(one.news).size).toBe(2 * count);
    expect(await one.list("c", 10)).toEqual([{ connection: "watcher" }]);
    one.die();
    await eventually(() => expect(keeper.spent).toBe(0));
  });
});
