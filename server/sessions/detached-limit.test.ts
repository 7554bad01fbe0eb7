import { expect, it } from "vitest";
import type { BusFrame } from "../bus/bus-frame.ts";
import type { Uplink } from "../bus/uplink.ts";
import { Claim } from "./claim.ts";
import { Claims } from "./claims.ts";
import type { KeyClaim } from "./key-claim.ts";

/** Every call is the first of its key. */
const uplink: Uplink = {
  unsent: 0,
  ask: (_type, _channel, _data, answered) => answered(undefined, { data: Buffer.of(Claim.RUN) } as BusFrame),
  tell: () => undefined,
  flush: () => undefined,
  whenTold: (told) => told(),
  refusal: () => undefined,
  close: () => undefined,
};

/** Has so many calls of a session lose their connection. @returns those that go on */
function detach(claims: Claims, session: string, count: number): KeyClaim[] {
  const claimed = Array.from({ length: count }, (_, index) =>
    claims.claim(session, `key ${index}`, { claimed: () => undefined, unknown: () => undefined }),
  );
  return claimed.flatMap((claim) => (claim?.detach() === true ? [claim] : []));
}

it("ten thousand calls of a socket worker go on without their connection, a thousand of one session", () => {
  const claims = new Claims(uplink, { maxCalls: 1_000, answerBudget: 1_048_576 });
  expect(detach(claims, "greedy", 1_500)).toHaveLength(1_000);
  for (let session = 0; session < 8; session++) expect(detach(claims, `s${session}`, 1_000)).toHaveLength(1_000);
  const last = detach(claims, "last", 900);
  expect(detach(claims, "one more", 200)).toHaveLength(100);
  expect(claims.detached).toBe(10_000);
  // those that are over make room
  for (const claim of last.slice(0, 50)) claim.forget();
  expect(detach(claims, "later", 200)).toHaveLength(50);
});
