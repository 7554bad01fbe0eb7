import { expect, it, onTestFinished } from "vitest";
import { connect } from "../node.ts";

it("where there is no WebRTC, seeking says so, and how to have it", async () => {
  const client = connect("ws://127.0.0.1:9", { lazy: true });
  onTestFinished(() => client.close());
  for (const seeking of [client.peers.seek(), client.peers.connect("somebody")]) {
    await expect(seeking).rejects.toMatchObject({ code: "UNAVAILABLE", message: expect.stringContaining("peers.rtc") });
  }
});

it("a procedure for peers has its name to itself, until it is taken back", () => {
  const client = connect("ws://127.0.0.1:9", { lazy: true });
  onTestFinished(() => client.close());
  // what the server may call is another matter
  client.register("double", () => 0);
  const release = client.peers.register("double", () => 1);
  expect(() => client.peers.register("double", () => 2)).toThrow("registered already");
  release();
  client.peers.register("double", () => 3);
});
