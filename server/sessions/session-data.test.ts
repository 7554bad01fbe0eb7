import { describe, expect, it } from "vitest";
import { Session } from "./session.ts";

function create(): Session {
  return new Session("s", true, {
    changed: () => undefined,
    userChanged: () => undefined,
    tagsChanged: () => undefined,
  });
}

const LONGEST = "x".repeat(255);
const tags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag ${index}`, "x"]));

describe("what an application says of a session is bounded:", () => {
  it("a user has 1 to 255 characters", () => {
    const session = create();
    session.setUser(LONGEST);
    for (const user of ["", `${LONGEST}x`, 5 as unknown as string])
      expect(() => session.setUser(user)).toThrow(RangeError);
    expect(session.user).toBe(LONGEST);
  });

  it("a tag has up to 255 characters, and its name 1 to 255", () => {
    const session = create();
    session.setTags({ [LONGEST]: LONGEST, empty: "" });
    expect(() => session.setTags({ "": "x" })).toThrow(RangeError);
    expect(() => session.setTags({ [`${LONGEST}x`]: "x" })).toThrow(RangeError);
    expect(() => session.setTags({ tag: `${LONGEST}x` })).toThrow(RangeError);
    expect(session.tags).toEqual({ [LONGEST]: LONGEST, empty: "" });
  });

  it("there are 100 tags, and one more only in place of another", () => {
    const session = create();
    session.setTags(tags(100));
    expect(() => session.setTags({ another: "x" })).toThrow("100 tags");
    expect(() => create().setTags(tags(101))).toThrow("100 tags");
    session.setTags({ another: "x", "tag 0": undefined });
    expect(Object.keys(session.tags)).toHaveLength(100);
  });
});
