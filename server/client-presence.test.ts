import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { PresenceChange, PresenceMember, Subscription } from "../client/index.ts";
import { connect } from "../client/node.ts";
import { eventually } from "./test/patience.ts";
import { presenceApp } from "./test/presence-app.ts";
import { serve } from "./test/test-server.ts";

function connected(port: number) {
  const client = connect(`ws://127.0.0.1:${port}`, { reconnect: { minDelayMs: 1, maxDelayMs: 20 } });
  onTestFinished(() => client.close());
  return client;
}

/** Who is there, as docs/PRESENCE.md does it. */
function picture(client: ReturnType<typeof connected>, channel: string) {
  const here = new Map<string, PresenceMember>();
  let since: [PresenceChange, PresenceMember][] = [];
  const apply = (change: PresenceChange, member: PresenceMember) => {
    if (change === "join") here.set(member.connection, member);
    else here.delete(member.connection);
  };
  const subscription: Subscription = client.subscribe(channel, { presence: true });
  subscription.on("presence", (change, member) => {
    since.push([change, member]);
    apply(change, member);
  });
  subscription.on("state", async (state) => {
    if (state !== "subscribed") return;
    since = [];
    const members = (await client.call("$presence", channel)) as PresenceMember[];
    here.clear();
    for (const member of members) apply("join", member);
    for (const [change, member] of since) apply(change, member);
  });
  return { here, subscription };
}

describe("presence for a client", () => {
  it("is a whole picture at all times, over reconnects", async () => {
    const { port, server } = await serve(presenceApp());
    const connections: { close(code?: number): void }[] = [];
    server.on("connection", (connection) => void connections.push(connection));
    const client = connected(port);
    const { here } = picture(client, "room:1");
    const others = Array.from({ length: 5 }, () => connected(port));
    for (const other of others) await other.subscribe("room:1", () => {}).ready;
    await eventually(() => expect(here.size).toBe(6));
    connections[0]?.close(1012);
    others[0]?.close();
    await eventually(() => expect(here.size).toBe(5));
    await eventually(async () => {
      const members = (await client.call("$presence", "room:1")) as PresenceMember[];
      expect([...here.values()]).toEqual(expect.arrayContaining(members));
      expect(here.size).toBe(members.length);
    });
    for (const other of others) other.close();
    await eventually(() => expect(here.size).toBe(1));
  });

  it("begins where a second subscriber asks for it, though the first did not", async () => {
    const { port } = await serve(presenceApp());
    const [client, other] = [connected(port), connected(port)];
    await client.subscribe("room:1", () => {}).ready;
    const told = vi.fn();
    client.subscribe("room:1", { presence: true }).on("presence", told);
    await client.call("$presence", "room:1");
    await other.subscribe("room:1", () => {}).ready;
    await eventually(() => expect(told).toHaveBeenCalledWith("join", { connection: expect.any(String) }));
  });

  it("ends a subscription to a channel that keeps none, with the reason", async () => {
    const { port } = await serve(presenceApp());
    const client = connected(port);
    await expect(client.subscribe("quiet:1", { presence: true }).ready).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });
});
