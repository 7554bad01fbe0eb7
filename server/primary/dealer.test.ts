import { once } from "node:events";
import { createConnection, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished, vi } from "vitest";
import { freePort } from "../links/test/free-port.ts";
import { until } from "../test/test-server.ts";
import { Dealer, type Taker } from "./dealer.ts";

const HOST = "127.0.0.1";

class FakeTaker implements Taker {
  readonly connections: Socket[] = [];
  take(connection: Socket): void {
    this.connections.push(connection);
  }
}

async function setup(mostWaiting?: number) {
  const port = await freePort();
  const refused = vi.fn();
  const dealer = new Dealer({ host: HOST, port, refused, ...(mostWaiting !== undefined && { mostWaiting }) });
  onTestFinished(() => dealer.close());
  const dial = async () => {
    const socket = createConnection({ host: HOST, port });
    onTestFinished(() => void socket.destroy());
    socket.on("error", () => undefined);
    await once(socket, "connect");
    return socket;
  };
  return { dealer, port, refused, dial };
}

async function joined(dealer: Dealer, count: number): Promise<FakeTaker[]> {
  const takers = Array.from({ length: count }, () => new FakeTaker());
  for (const taker of takers) dealer.join(taker);
  await dealer.listening;
  return takers;
}

/** Has a first connection dealt to somebody. @returns what resolves when its client is hung up on */
async function dealt(dial: () => Promise<Socket>, taker: FakeTaker): Promise<() => Promise<unknown>> {
  const client = await dial();
  await until(() => taker.connections.length === 1);
  const closed = once(client, "close");
  client.resume();
  return () => closed;
}

const countsOf = (takers: readonly FakeTaker[]) => takers.map(({ connections }) => connections.length);

it("listens when the first one takes part, and not before", async () => {
  const { dealer, port } = await setup();
  await dealer.listening;
  await expect(once(createConnection({ host: HOST, port }), "connect")).rejects.toThrow("ECONNREFUSED");
  const [taker] = await joined(dealer, 1);
  createConnection({ host: HOST, port }).on("error", () => undefined);
  await until(() => taker?.connections.length === 1);
});

it("listens at any port before anybody takes part, and has who comes wait for the first one", async () => {
  const dealer = new Dealer({ host: HOST, port: 0, refused: expect.unreachable });
  onTestFinished(() => dealer.close());
  const port = await dealer.listen();
  const client = createConnection({ host: HOST, port });
  onTestFinished(() => void client.destroy());
  await once(client, "connect");
  const taker = new FakeTaker();
  dealer.join(taker);
  await until(() => taker.connections.length === 1);
  expect(await dealer.listen()).toBe(port);
});

it("tells where the port is taken", async () => {
  const { dealer, port } = await setup();
  const other = createServer().listen(port, HOST);
  onTestFinished(() => void other.close());
  await once(other, "listening");
  dealer.join(new FakeTaker());
  await expect(dealer.listening).rejects.toMatchObject({ code: "EADDRINUSE" });
});

it("deals in turn, one at a time to each, and to who is quick in the place of who is slow", async () => {
  const { dealer, dial } = await setup();
  const takers = await joined(dealer, 3);
  const [quick, slow, third] = takers as [FakeTaker, FakeTaker, FakeTaker];
  for (let count = 0; count < 5; count++) await dial();
  await until(() => countsOf(takers).join() === "1,1,1");
  dealer.told(quick, true);
  dealer.told(quick, true);
  expect(countsOf(takers)).toEqual([3, 1, 1]);
  dealer.told(third, true);
  dealer.told(slow, true);
  dealer.told(quick, true);
  for (let count = 0; count < 3; count++) await dial();
  await until(() => countsOf(takers).join() === "4,2,2");
});

it("gives what one does not want to another, and keeps those who come while nobody takes any", async () => {
  const { dealer, dial } = await setup();
  const [one, other] = (await joined(dealer, 2)) as [FakeTaker, FakeTaker];
  dealer.leave(other);
  const client = await dial();
  const closed = vi.fn();
  client.on("close", closed);
  await until(() => one.connections.length === 1);
  dealer.leave(one);
  dealer.told(one, false);
  await dial();
  await sleep(20);
  dealer.join(other);
  expect(other.connections[0]).toBe(one.connections[0]);
  dealer.told(other, true);
  expect(countsOf([one, other])).toEqual([1, 2]);
});

it("keeps so many who come while nobody takes any, and hangs up on the others", async () => {
  const { dealer, dial, refused } = await setup(3);
  const [taker] = (await joined(dealer, 1)) as [FakeTaker];
  dealer.leave(taker);
  for (let count = 0; count < 3; count++) await dial();
  const late = await dial();
  late.resume();
  await once(late, "close");
  expect(refused).toHaveBeenCalledOnce();
  dealer.join(taker);
  for (let count = 0; count < 3; count++) dealer.told(taker, true);
  expect(countsOf([taker])).toEqual([3]);
});

it("closes its own end of what is taken", async () => {
  const { dealer, dial } = await setup();
  const [taker] = (await joined(dealer, 1)) as [FakeTaker];
  const closed = await dealt(dial, taker);
  dealer.told(taker, true);
  // nobody else has it here
  await closed();
});

it("gives what did not arrive to another, and lets who missed it rest for a while", async () => {
  const { dealer, refused, dial } = await setup();
  const [full, other] = (await joined(dealer, 2)) as [FakeTaker, FakeTaker];
  await dial();
  await until(() => full.connections.length === 1);
  dealer.lost(full);
  expect(refused).toHaveBeenCalledOnce();
  expect(other.connections[0]).toBe(full.connections[0]);
  await dial();
  await sleep(20);
  expect(countsOf([full, other])).toEqual([1, 1]);
  await until(() => full.connections.length === 2);
});

it("hangs up on who is given back when it is closed", async () => {
  const { dealer, dial } = await setup();
  const [taker] = (await joined(dealer, 1)) as [FakeTaker];
  const closed = await dealt(dial, taker);
  dealer.close();
  dealer.leave(taker);
  dealer.told(taker, false);
  await closed();
});

it("ends at once what was on its way to one that dies, and goes on with the others", async () => {
  const { dealer, dial } = await setup();
  const [victim, other] = (await joined(dealer, 2)) as [FakeTaker, FakeTaker];
  const closed = await dealt(dial, victim);
  dealer.gone(victim);
  await closed();
  dealer.told(victim, true);
  await dial();
  await dial();
  await until(() => other.connections.length === 1);
  dealer.told(other, true);
  await until(() => other.connections.length === 2);
  expect(victim.connections).toHaveLength(1);
});

it("hangs up on who waits when it is closed, and takes nobody any more", async () => {
  const { dealer, port, dial } = await setup();
  const taker = new FakeTaker();
  dealer.join(taker);
  await dealer.listening;
  dealer.leave(taker);
  const client = await dial();
  const closed = once(client, "close");
  client.resume();
  await sleep(20);
  dealer.close();
  await closed;
  await expect(once(createConnection({ host: HOST, port }), "connect")).rejects.toThrow("ECONNREFUSED");
});
