import { describe, expect, it } from "vitest";
import { Traffic } from "../metrics/traffic.ts";
import type { Socket, UpgradeRequest } from "../transport/transport.ts";
import { Connection } from "./connection.ts";
import type { ConnectionServices } from "./connection-services.ts";

/** A connection whose messages are numbers in arrays, and what is done about each. */
function setup(done: (message: number, connection: Connection) => void) {
  const order: number[] = [];
  const closed: number[] = [];
  const fairness = { over: true, spent: false, room: 1_000_000, waits: () => undefined, forget: () => undefined };
  const later: { goOn(): boolean }[] = [];
  const services = {
    maxPayload: 1_000_000,
    traffic: new Traffic(),
    times: { end: () => undefined },
    json: { decode: (text: string) => JSON.parse(text) },
    received: () => undefined,
    closed: (_: Connection, code: number) => void closed.push(code),
    dispatch(_: Connection, [message]: [number]) {
      order.push(message);
      done(message, connection);
    },
    fairness: { ...fairness, later: (one: { goOn(): boolean }) => void later.push(one) },
  };
  const request = { path: "/", query: "", address: "192.0.2.7" } as UpgradeRequest;
  // nobody says anything here
  const socket = { open: true } as Socket;
  const connection = new Connection("1", socket, request, false, services as unknown as ConnectionServices);
  /** Long enough to be one that may have to wait. */
  const receive = (messages: number[]) => {
    const text = JSON.stringify(messages.map((message) => [message])).padEnd(5_000);
    connection.message(new Uint8Array(Buffer.from(text)).buffer, false);
  };
  const turn = () => {
    services.fairness.over = false;
    for (const one of later.splice(0)) if (one.goOn()) later.push(one);
  };
  return { connection, order, closed, receive, turn, services };
}

describe("what waits is done in its order", () => {
  it.each([
    ["is held and let go of at once", true],
    ["is let go of without having been held", false],
  ])("where in the middle of a batch the connection %s", (_, held) => {
    const { order, receive, turn } = setup((message, connection) => {
      if (message !== 0) return;
      if (held) connection.hold();
      connection.release();
    });
    receive([0, 1, 2]);
    receive([3, 4]);
    receive([5]);
    expect(order).toEqual([]);
    turn();
    turn();
    expect(order).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("where it is held in the middle of a batch, and let go of later", () => {
    const { order, receive, turn, connection } = setup((message, one) => {
      if (message === 1) one.hold();
    });
    receive([0, 1, 2]);
    receive([3]);
    turn();
    expect(order).toEqual([0, 1]);
    receive([4]);
    connection.release();
    turn();
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });

  it("where it is held again while what waited is done", () => {
    const { order, receive, turn, connection } = setup((message, one) => {
      if (message % 2 === 0) one.hold();
    });
    receive([0, 1]);
    receive([2, 3]);
    turn();
    expect(order).toEqual([0]);
    connection.release();
    expect(order).toEqual([0, 1, 2]);
    expect(connection.idle).toBe(false);
    connection.release();
    expect(order).toEqual([0, 1, 2, 3]);
    expect(connection.idle).toBe(true);
    receive([5]);
    expect(order).toEqual([0, 1, 2, 3, 5]);
  });
});

it("of one that is gone what it had said before is done, and then it is closed, once", () => {
  const { order, receive, turn, connection, closed } = setup(() => undefined);
  receive([0, 1, 2]);
  receive([3]);
  connection.closed(1006);
  expect(closed).toEqual([]);
  turn();
  expect(order).toEqual([0, 1, 2, 3]);
  expect(closed).toEqual([1006]);
  receive([4]);
  turn();
  expect(order).toEqual([0, 1, 2, 3]);
  expect(closed).toEqual([1006]);
});
