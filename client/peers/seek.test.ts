import { describe, expect, it, onTestFinished, vi } from "vitest";
import { AsyncQueue } from "../../shared/async-queue.ts";
import { AppError } from "../../shared/errors.ts";
import type { PeerEvent } from "../../shared/peers.ts";
import { pass, settled, useFakeTime } from "../test/setup.ts";
import type { PeerHost } from "./peer-host.ts";
import type { PeerLink } from "./peer-link.ts";
import type { RtcConstructor } from "./rtc.ts";
import { Seek } from "./seek.ts";

useFakeTime();

const OTHER = { peer: "other", polite: true };

type Server = Awaited<ReturnType<typeof seek>>;
type Call = (name: string, input?: unknown) => Promise<unknown>;

/** A seek of a client whose server is this test, and where nobody can make a channel. */
async function seek() {
  const streams: AsyncQueue<unknown>[] = [];
  const call = vi.fn<Call>(async () => undefined);
  const client = {
    state: "open",
    call,
    stream() {
      const stream = new AsyncQueue<unknown>({ leave: () => {} });
      streams.push(stream);
      return stream;
    },
  };
  const host = { client, registry: new Map(), report: () => {} } as unknown as PeerHost;
  const made = new Seek(host, class {} as unknown as RtcConstructor, { room: "r" });
  onTestFinished(() => made.close());
  const say = async (event: PeerEvent) => {
    streams.at(-1)?.push(event);
    await settled();
  };
  const self = (pairs: (typeof OTHER)[]) => say({ type: "self", peer: "me", resumed: true, pairs, iceServers: [] });
  await self([OTHER]);
  const back = async (pairs: (typeof OTHER)[]) => {
    streams.at(-1)?.fail(new AppError("UNAVAILABLE"));
    await pass(300);
    await self(pairs);
  };
  const called = () => call.mock.calls.map(([name]) => name);
  return { seek: made, call, called, say, back };
}

describe("a peer that was closed here", () => {
  it("is not taken again where the connection was lost before the server knew, and the server is told again", async () => {
    const { seek: made, call, called, back } = await seek();
    call.mockRejectedValueOnce(new AppError("UNAVAILABLE"));
    made.peers[0]?.close();
    await back([OTHER]);
    expect(made.peers).toEqual([]);
    expect(called()).toEqual(["$peers.part", "$peers.part"]);
    await back([OTHER]);
    // the server knew, and so it has been paired with it again by somebody's will
    expect(made.peers).toHaveLength(1);
  });

  it("has nothing more said to it, also not what waited", async () => {
    const { seek: made, call, called } = await seek();
    let refuse = (_: AppError) => {};
    call.mockImplementationOnce(() => new Promise((_, reject) => (refuse = reject)));
    // asks for an offer, twice: the second waits for the first
    made.peers[0]?.link.paired(true);
    made.peers[0]?.link.paired(true);
    await settled();
    made.peers[0]?.close();
    refuse(new AppError("NOT_FOUND"));
    await settled();
    expect(called()).toEqual(["$peers.signal", "$peers.part"]);
  });
});

describe("a signal that the server does not take for one to a peer", () => {
  const unknown = new AppError("NOT_FOUND");

  it("is lost where the server had paired the two: somebody has ended that", async () => {
    const { seek: made, call, called } = await seek();
    call.mockRejectedValueOnce(unknown);
    made.peers[0]?.link.paired(true);
    await settled();
    expect(called()).toEqual(["$peers.signal"]);
  });

  it.each<[string, (server: Server) => Promise<void>]>([
    ["was started anew", ({ back }) => back([])],
    ["has lost the other one's connection", ({ say }) => say({ type: "left", peer: "other", reason: "lost" })],
  ])("pairs the two again where the server %s", async (_, happens) => {
    const server = await seek();
    const link = server.seek.peers[0]?.link as PeerLink;
    // that a channel is there, which goes on
    link.state = "open";
    await happens(server);
    server.call.mockRejectedValueOnce(unknown);
    // and breaks
    link.state = "reconnecting";
    link.paired(true);
    await settled();
    expect(server.called()).toEqual(["$peers.signal", "$peers.connect", "$peers.signal"]);
  });
});
