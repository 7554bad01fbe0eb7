import { describe, expect, it, vi } from "vitest";
import { Kind, type Position, type SubscribedInfo } from "../shared/message.ts";
import type { SubscriptionOptions } from "./publication-buffer.ts";
import { type Answer, type FakeConnection, resume } from "./test/fake-server.ts";
import { connected, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

/** Welcomes, and answers one SUBSCRIBE after the other as `infos` say, the last of them for all that come after. */
function granting(...infos: SubscribedInfo[]): Answer {
  let count = 0;
  return (message, connection) => {
    resume(message, connection);
    if (message[0] !== Kind.SUBSCRIBE) return;
    connection.send([Kind.SUBSCRIBED, message[1], infos[Math.min(count++, infos.length - 1)] ?? {}]);
  };
}

function events(connection: FakeConnection, ...offsets: number[]): void {
  for (const offset of offsets) connection.send([Kind.EVENT, "news", `n${offset}`, { offset }]);
}

async function subscribed(infos: SubscribedInfo[], options: SubscriptionOptions = {}) {
  const { client, server } = await connected(granting(...infos));
  const [got, gaps] = [vi.fn(), vi.fn()];
  const subscription = client.subscribe("news", (_, { offset }) => got(offset), options);
  subscription.on("gap", gaps);
  await settled();
  const offsets = () => got.mock.calls.flat();
  const since = () => server.connection.of(Kind.SUBSCRIBE).map(([, , , asked]) => asked);
  const lose = async () => {
    server.connection.hangUp(1006);
    await pass(500);
  };
  return { client, server, subscription, offsets, gaps, since, lose };
}

const at = (offset: number): Position => ({ epoch: "e", offset });

describe("a subscription to a channel with history", () => {
  it("asks for what followed the last publication, and asks for nothing the first time", async () => {
    const { server, since, lose, offsets } = await subscribed([at(4), { ...at(7), recovered: true }]);
    expect(since()).toEqual([undefined]);
    events(server.connection, 5, 6);
    await lose();
    expect(since()).toEqual([{ since: at(6) }]);
    events(server.connection, 7, 8);
    await settled();
    expect(offsets()).toEqual([5, 6, 7, 8]);
  });

  it("knows where it is before the first publication comes", async () => {
    const { since, lose } = await subscribed([at(4), { ...at(4), recovered: true }]);
    await lose();
    expect(since()).toEqual([{ since: at(4) }]);
  });

  it("loses nothing where the connection is lost again in the middle of what was missed", async () => {
    const { server, since, lose, offsets, gaps } = await subscribed([at(4), { ...at(9), recovered: true }]);
    await lose();
    events(server.connection, 5, 6);
    await lose();
    expect(since()).toEqual([{ since: at(6) }]);
    events(server.connection, 7, 8, 9);
    await settled();
    expect(offsets()).toEqual([5, 6, 7, 8, 9]);
    expect(gaps).not.toHaveBeenCalled();
  });

  it("hands out once what comes twice", async () => {
    const { server, lose, offsets } = await subscribed([at(4), { ...at(7), recovered: true }]);
    events(server.connection, 5, 5, 6);
    await lose();
    events(server.connection, 5, 6, 7, 7);
    await settled();
    expect(offsets()).toEqual([5, 6, 7]);
  });

  it("is not subscribed to by HELLO, which would begin with what is live", async () => {
    const { client, server, lose } = await subscribed([at(4), {}, { ...at(4), recovered: true }]);
    client.subscribe("plain");
    await settled();
    await lose();
    const [hello] = server.connection.of(Kind.HELLO);
    expect(hello?.[1].resume?.channels).toEqual({ plain: null });
    expect(server.connection.of(Kind.SUBSCRIBE).map(([, , channel]) => channel)).toEqual(["news", "plain"]);
  });

  it.each([
    ["the server says so", { ...at(9), recovered: false }, at(9)],
    ["the history is another", { epoch: "f", offset: 2, recovered: false }, { epoch: "f", offset: 2 }],
    ["there is no history any more", { recovered: false }, undefined],
    ["the server says nothing", {}, undefined],
  ])("tells of a gap where %s, once, and goes on from there", async (_, info, until) => {
    const { server, subscription, lose, gaps, offsets } = await subscribed([at(4), info]);
    const order: string[] = [];
    subscription.on("state", (state) => order.push(state));
    subscription.on("gap", () => order.push("gap"));
    await lose();
    expect(gaps.mock.calls).toEqual([[{ since: at(4), until }]]);
    expect(order).toEqual(["pending", "subscribed", "gap"]);
    expect(subscription.position).toEqual(until);
    events(server.connection, (until?.offset ?? 0) + 1);
    await settled();
    expect(offsets()).toEqual([(until?.offset ?? 0) + 1]);
    expect(gaps).toHaveBeenCalledTimes(1);
  });

  it("tells of no gap where what could not be recovered had come already", async () => {
    const { client, server, gaps } = await subscribed([at(4), { ...at(6), recovered: false }]);
    client.subscribe("news", { presence: true });
    events(server.connection, 5, 6);
    await settled();
    expect(gaps).not.toHaveBeenCalled();
  });

  it("tells of a gap among publications, ahead of the one behind it", async () => {
    const { server, subscription, gaps, offsets } = await subscribed([at(4)]);
    subscription.on("gap", () => expect(offsets()).toEqual([5]));
    events(server.connection, 5, 9);
    await settled();
    expect(gaps.mock.calls).toEqual([[{ since: at(5), until: at(8) }]]);
    expect(offsets()).toEqual([5, 9]);
  });

  it("begins where the application says, and tells where it is for that", async () => {
    const { server, subscription, since, offsets } = await subscribed([{ ...at(6), recovered: true }], {
      since: at(3),
    });
    expect(since()).toEqual([{ since: at(3) }]);
    events(server.connection, 4, 5);
    await settled();
    expect(offsets()).toEqual([4, 5]);
    expect(subscription.position).toEqual(at(5));
  });

  it("misses nothing where it follows at once on one that has ended, of which some is still on its way", async () => {
    const { client, server, subscription, offsets } = await subscribed([at(4), { ...at(7), recovered: true }]);
    events(server.connection, 5);
    await settled();
    subscription.unsubscribe();
    events(server.connection, 6); // nobody wants it
    await settled();
    const got: unknown[] = [];
    const again = client.subscribe("news", (_, { offset }) => got.push(offset), { since: subscription.position });
    again.on("gap", (gap) => got.push(gap));
    events(server.connection, 7); // before the server has heard of any of this
    await settled();
    events(server.connection, 6, 7, 8);
    await settled();
    expect({ before: offsets(), got }).toEqual({ before: [5], got: [6, 7, 8] });
  });

  it("of which only the newest counts misses nothing, whatever it skips", async () => {
    const latest = { recovered: true, latest: true };
    const { server, lose, offsets, gaps } = await subscribed([
      { ...at(4), ...latest },
      { ...at(9), ...latest },
      { ...at(9), ...latest },
      { epoch: "f", offset: 2, ...latest },
    ]);
    events(server.connection, 4, 7);
    await lose();
    events(server.connection, 9);
    await lose();
    await settled();
    expect(offsets()).toEqual([4, 7, 9]);
    await lose();
    events(server.connection, 2);
    await settled();
    expect(offsets()).toEqual([4, 7, 9, 2]);
    expect(gaps).not.toHaveBeenCalled();
  });

  it("of which only the newest counts gives that to whoever shares it later, once", async () => {
    const latest = { recovered: true, latest: true };
    const { client, server, offsets, lose } = await subscribed([
      { ...at(4), ...latest },
      { ...at(5), recovered: false, latest: true },
    ]);
    const later = (sub = vi.fn()) => {
      client.subscribe("news", (_, { offset }) => sub(offset));
      expect(sub).not.toHaveBeenCalled();
      return sub;
    };
    events(server.connection, 4, 7);
    await settled();
    const second = later();
    await settled();
    expect(second.mock.calls).toEqual([[7]]);
    events(server.connection, 8);
    await settled();
    expect([second.mock.calls.flat(), offsets()]).toEqual([
      [7, 8],
      [4, 7, 8],
    ]);
    // what may be out of date is not
    await lose();
    const third = later();
    await settled();
    expect(third).not.toHaveBeenCalled();
  });

  it("that is a pattern's takes whatever offsets there are", async () => {
    const { client, server } = await connected(granting({}));
    const got = vi.fn();
    client.subscribe("news:*", (_, { offset }) => got(offset)).on("gap", got);
    await settled();
    for (const offset of [5, 3, 3, 9]) server.connection.send([Kind.EVENT, "news:a", 1, { offset, pattern: "news:*" }]);
    await settled();
    expect(got.mock.calls.flat()).toEqual([5, 3, 3, 9]);
  });
});
