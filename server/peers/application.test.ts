import { describe, expect, it } from "vitest";
import { AppError, defineApp } from "../index.ts";
import { serve, type TestServer } from "../test/test-server.ts";
import type { PeersDefinition } from "./peer-options.ts";
import { refusal, Seeker } from "./test/seeker.ts";

function servePeers(peers: PeersDefinition = {}): Promise<TestServer> {
  return serve(defineApp({ peers }));
}

describe("what the application says", () => {
  it("without peers is that there are none, and how to have them", async () => {
    const client = await (await serve()).connect();
    for (const name of ["seek", "signal", "connect", "servers"]) {
      expect(await client.ask([2, 1, `$peers.${name}`, {}])).toMatchObject(refusal("NOT_FOUND", /`peers` in its def/));
    }
  });

  it("refuses a seek with false, or with an error of its own, and hides any other", async () => {
    const answers = {
      no: () => false,
      own: () => Promise.reject(new AppError("TOO_YOUNG", "Not yet.")),
      bad: () => Promise.reject(new Error("secret")),
    };
    const server = await servePeers({ authorize: (_, { context }) => answers[context as "no"]() });
    const client = await server.connect();
    expect(await client.ask([2, 1, "$peers.seek", { context: "no" }])).toMatchObject(refusal("FORBIDDEN"));
    expect(await client.ask([2, 1, "$peers.seek", { context: "own" }])).toMatchObject(refusal("TOO_YOUNG", /Not yet/));
    expect(await client.ask([2, 1, "$peers.seek", { context: "bad" }])).toMatchObject(refusal("INTERNAL"));
    expect(server.records.filter(({ level }) => level === "error")).toHaveLength(1);
  });

  it("may take the place of what was asked for", async () => {
    const server = await servePeers({ authorize: (_, seek) => ({ ...seek, context: "all", info: "by the server" }) });
    const one = await Seeker.seek(server, { context: "a", info: "me" });
    const other = await Seeker.seek(server, { context: "b" });
    expect(await other.event()).toMatchObject({ type: "paired", peer: one.id, info: "by the server" });
  });

  it("gives each client servers and credentials, anew when it asks", async () => {
    let count = 0;
    const iceServers = async () => [{ urls: ["turn:turn.test"], username: "u", credential: `c${++count}` }];
    const server = await servePeers({ iceServers });
    const seeker = new Seeker(await server.connect());
    expect((await seeker.begin()).iceServers).toMatchObject([{ credential: "c1" }]);
    expect(await seeker.call("$peers.servers", { from: seeker.id })).toMatchObject([3, 2, [{ credential: "c2" }]]);
    const other = await Seeker.seek(server, { context: "other" });
    expect(await other.call("$peers.servers", { from: seeker.id })).toMatchObject(refusal("NOT_FOUND"));
  });

  it("is not waited for longer than a call", async () => {
    const run = await serve(defineApp({ peers: { authorize: () => new Promise(() => undefined) } }), {
      callTimeoutMs: 50,
    });
    const client = await run.connect();
    expect(await client.ask([2, 1, "$peers.seek"])).toMatchObject(refusal("TIMEOUT"));
  });

  it("does not start with limits that make no sense", async () => {
    await expect(servePeers({ limits: { pairs: 0 } })).rejects.toThrow("peers.limits.pairs");
    await expect(servePeers({ limits: { pears: 1 } as object })).rejects.toThrow("peers.limits.pears");
  });
});
