import { describe, expect, it } from "vitest";
import { newSession } from "../stored-session.ts";
import { differences, isMade } from "./session-differences.ts";

const here = (user: string | undefined, proven: boolean, tags: Record<string, string>) => ({
  ...newSession("s", "c", "digest"),
  ...{ user, proven, tags },
});
const elsewhere = (user: string | undefined, proven: boolean, tags: Record<string, string>) => ({
  ...{ user, proven, tags, channels: [], turn: -1, changes: 1 },
});

describe("what has to become of a session to be as it is elsewhere", () => {
  it("is nothing where it is the same", () => {
    expect(differences(here("ada", true, { a: "1" }), elsewhere("ada", true, { a: "1" }))).toEqual({ tags: {} });
  });

  it("is another user, or none, and whether they have proven it", () => {
    expect(differences(here("ada", true, {}), elsewhere("bob", false, {}))).toMatchObject({
      user: "bob",
      proven: false,
    });
    expect(differences(here("ada", false, {}), elsewhere(undefined, false, {}))).toMatchObject({ user: null });
    expect(differences(here("ada", false, {}), elsewhere("ada", true, {}))).toMatchObject({
      user: "ada",
      proven: true,
    });
  });

  it("is tags that it has to have, also by names that objects have by themselves, and tags that it must not", () => {
    const { tags } = differences(here(undefined, false, { a: "1", b: "1", c: "1" }), {
      ...elsewhere(undefined, false, { a: "1", b: "2", constructor: "3" }),
    });
    expect(tags).toEqual({ b: "2", c: null, constructor: "3" });
  });
});

it("a change has been made where the session is as it would be afterwards", () => {
  const session = here("ada", true, { a: "1" });
  expect(isMade({}, session)).toBe(true);
  expect(isMade({ user: "ada", proven: true, tags: { a: "1", b: null } }, session)).toBe(true);
  expect(isMade({ user: "ada" }, session)).toBe(false);
  expect(isMade({ user: null }, session)).toBe(false);
  expect(isMade({ tags: { a: null } }, session)).toBe(false);
  expect(isMade({ tags: { constructor: null } }, session)).toBe(true);
  expect(isMade({ user: null }, here(undefined, false, {}))).toBe(true);
});
