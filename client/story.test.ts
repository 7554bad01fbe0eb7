import { afterEach, describe, expect, it, vi } from "vitest";
import { Kind } from "../shared/message.ts";
import { story } from "./story.ts";
import { grant, WELCOME } from "./test/fake-server.ts";
import { connected, dialling, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("the story of a connection", () => {
  it("is told from the first dial to the end", async () => {
    const lines: string[] = [];
    const { client, server } = await connected(grant, { plugins: [story((line) => lines.push(line))] });
    await client.subscribe("news").ready;
    server.network = "down";
    server.connection.hangUp(1006);
    await pass(500);
    server.network = "up";
    await pass(500);
    client.close();
    expect(lines).toEqual([
      "connecting: first use",
      "connected to worker 1 (session sess…)",
      "connection lost (1006, connection lost): next try in 0.5 s",
      "connecting: retry 1",
      "not connected (1006, connection lost): next try in 0.5 s",
      "connecting: retry 2",
      "back after 1.0 s on worker 1, a new session, 1 subscription",
      "closed for good: The client was closed.",
    ]);
  });

  it("says where the session went on, and what else there was to subscribe to", async () => {
    const lines: string[] = [];
    const { client, server } = dialling(
      (message, connection) => {
        if (message[0] !== Kind.HELLO) grant(message, connection);
        else connection.send([Kind.WELCOME, { ...WELCOME, resumed: server.connections.length > 1, worker: 2 }]);
      },
      { plugins: [story((line) => lines.push(line))], attempts: 3 },
    );
    await settled();
    for (const channel of ["a", "b"]) client.subscribe(channel);
    server.connection.hangUp(1006);
    await pass(500);
    expect(lines.at(-1)).toBe("back after 0.5 s on worker 2, the same session, 2 subscriptions");
    client.call("slow").catch(() => {});
    await settled();
    server.connection.hangUp(1006);
    await pass(500);
    expect(lines.at(-1)).toBe("back after 0.5 s on worker 2, the same session, 2 subscriptions, 1 call repeated");
  });

  it("tells that the server restarts", async () => {
    const lines: string[] = [];
    const { server } = await connected(grant, { plugins: [story((line) => lines.push(line))] });
    lines.length = 0;
    server.connection.send([Kind.GOAWAY, "restart", { reconnectAfterMs: 400 }]);
    await settled();
    expect(lines[0]).toBe("the server asks to leave (restart): back in 0.4 s");
  });

  it("goes on where the server says nonsense", async () => {
    const lines: string[] = [];
    const { server } = await connected(
      (message, connection) => {
        if (message[0] === Kind.HELLO) connection.send([Kind.WELCOME, { ...WELCOME, session: 5 as never }]);
      },
      { plugins: [story((line) => lines.push(line))] },
    );
    server.connection.send([Kind.GOAWAY, "restart", { reconnectAfterMs: (2n ** 63n) as never }]);
    await settled();
    expect(lines.slice(1, 3)).toEqual([
      expect.stringContaining("connected to worker"),
      "the server asks to leave (restart): back in 0.0 s",
    ]);
  });

  it("tells that a page is hidden, which has no moment to try again", async () => {
    vi.stubGlobal("document", { visibilityState: "hidden", addEventListener() {}, removeEventListener() {} });
    const lines: string[] = [];
    dialling(grant, { plugins: [story((line) => lines.push(line))] });
    expect(lines).toEqual(["not connected (dials when the page is visible)"]);
  });

  it("goes to the console unless told otherwise", async () => {
    const info = vi.spyOn(console, "info").mockReturnValue();
    await connected(grant, { plugins: [story()] });
    expect(info.mock.calls[0]).toEqual(["connecting: first use"]);
  });
});
