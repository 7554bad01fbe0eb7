import { expect, it } from "vitest";
import { createPack } from "../../shared/msgpack-codec.ts";
import type { Uplink } from "../bus/uplink.ts";
import type { Connection } from "../connection/connection.ts";
import { NO_TAGS } from "../tags/tags.ts";
import { Sessions } from "./sessions.ts";
import type { SessionsListener } from "./sessions-listener.ts";

it("what a client is about to hear of its session has left for the primary, which knows it if the client then goes elsewhere", () => {
  const steps: string[] = [];
  const uplink = { tell: () => void steps.push("told"), flush: () => void steps.push("left") } as unknown as Uplink;
  const sessions = new Sessions(uplink, createPack(), { tagsChanged: () => undefined } as unknown as SessionsListener);
  const connection = { id: "c", open: true, internal: false, tags: NO_TAGS } as unknown as Connection;
  sessions.open(connection);
  expect(steps.splice(0)).toEqual(["told", "left"]);
  const { session } = connection;
  if (session === undefined) throw new Error("There is no session.");
  sessions.subscribed(session, "news");
  expect(steps).toEqual(["told", "left"]);
});
