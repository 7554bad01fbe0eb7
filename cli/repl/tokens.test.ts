import { expect, it } from "vitest";
import { tokenFor } from "./tokens.ts";

const first = { url: "wss://example.com/app", token: "first" };
const env = { FUGITIVE_TOKEN_TWO_B: "second" };

it.each([
  ["main", "wss://example.com/app", "first"],
  ["other", "https://example.com", "first"],
  ["other", "ws://example.com/app", undefined],
  ["other", "wss://example.org", undefined],
  ["other", "wss://example.com:444", undefined],
  ["two-b", "wss://example.org", "second"],
])("the connection %s to %s gets %s: no server is shown what is another's", (name, url, token) => {
  expect(tokenFor(name, url, first, env)).toBe(token);
});
