import { describe, expect, it } from "vitest";
import type { Codec } from "../../shared/codec.ts";
import { Traffic } from "../metrics/traffic.ts";
import type { Socket } from "../transport/transport.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionServices } from "./connection-services.ts";
import { Inbox } from "./inbox.ts";
import { Outbox } from "./outbox.ts";
import { Turn } from "./turn.ts";

/** An inbox whose messages are numbers in arrays, and what is done about each. */
function setup(done: (message: number, inbox: Inbox) => void) {
  const order: number[] = [];
  const fairness = { over: true, spent: false, room: 1_000_000, waits: () => undefined, forget: () => undefined };
  const later: { goOn(): boolean }[] = [];
  const services = {
    maxPayload: 1_000_000,
    traffic: new Traffic(),
    times: { end: () => undefined },
    json: { decode: (text: string) => JSON.parse(text) },
    received: () => undefined,
    dispatch(_: Connection, [message]: [number]) {
      order.push(message);
      done(message, inbox);
    },
    fairness: { ...fairness, later: (one: { goOn(): boolean }) => void later.push(one) },
  };
  // nobody says anything here
  const outbox = new Outbox({ open: true, tap: undefined, dropped: () => undefined }, {} as Socket, {} as Codec, {
    turn: new Turn(),
    traffic: new Traffic(),
  });
  const inbox: Inbox = new Inbox({} as Connection, outbox, services as unknown as ConnectionServices);
  /** Long enough to be one that may have to wait. */
  const receive = (messages: number[]) => {
    const text = JSON.stringify(messages.map((message) => [message])).padEnd(5_000);
    inbox.receive(new Uint8Array(Buffer.from(text)).buffer, false);
  };
  const turn = () => {
    services.fairness.over = false;
    for (const one of later.splice(0)) if (one.goOn()) later.push(one);
  };
  return { inbox, order, receive, turn, services };
}

describe("what waits is done in its order", () => {
  it.each([
    ["is held and let go of at once", true],
    ["is let go of without having been held", false],
  ])("where in the middle of a batch the connection %s", (_, held) => {
    const { order, receive, turn } = setup((message, inbox) => {
      if (message !== 0) return;
      if (held) inbox.hold();
      inbox.release();
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
    const { order, receive, turn, inbox } = setup((message, one) => {
      if (message === 1) one.hold();
    });
    receive([0, 1, 2]);
    receive([3]);
    turn();
    expect(order).toEqual([0, 1]);
    receive([4]);
    inbox.release();
    turn();
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });
});
