import { expect, it, vi } from "vitest";
import { Kind, type ServerMessage } from "../shared/message.ts";
import { grant } from "./test/fake-server.ts";
import { connected, useFakeTime } from "./test/setup.ts";

useFakeTime();

it("a frame of more messages than a server ever sends is handled up to there, which is told once", async () => {
  const { client, server } = await connected(grant);
  const [heard, errors] = [vi.fn(), vi.fn()];
  client.on("error", errors);
  await client.subscribe("news", heard).ready;
  const publication: ServerMessage = [Kind.EVENT, "news", 1];
  server.connection.send(...new Array<ServerMessage>(32_768).fill(publication));
  expect([heard.mock.calls.length, errors.mock.calls.length]).toEqual([32_768, 0]);
  server.connection.send(...new Array<ServerMessage>(40_000).fill(publication));
  expect([heard.mock.calls.length, errors.mock.calls.length, client.ignored]).toEqual([65_536, 1, 1]);
  server.connection.send(publication);
  expect(heard).toHaveBeenCalledTimes(65_537);
});
