import { expect, it } from "vitest";
import { defineApp } from "../app.ts";
import { eventually } from "../test/patience.ts";
import { serve } from "../test/test-server.ts";

const app = defineApp({ channels: { "*": {}, "kept:*": { history: true }, "there:*": { presence: true } } });

it.each(["", "kept:", "there:"])(
  "all connections have so many subscriptions, to channels %s*, and make room",
  async (kind) => {
    const { connect } = await serve(app, { maxSubscriptions: 3 });
    const [first, second] = [await connect(), await connect()];
    for (const id of [1, 2]) expect(await first.ask([8, id, `${kind}${id}`])).toMatchObject({ 0: 9 });
    expect(await second.ask([8, 3, `${kind}1`])).toMatchObject({ 0: 9 });
    const full = [4, 4, "OVERLOADED", expect.any(String), { retryAfterMs: expect.any(Number) }];
    expect(await second.ask([8, 4, `${kind}2`])).toEqual(full);
    // what one has may be subscribed to again
    expect(await second.ask([8, 5, `${kind}1`])).toMatchObject({ 0: 9 });
    await first.ask([10, 6, `${kind}1`]);
    expect(await second.ask([8, 7, `${kind}2`])).toMatchObject({ 0: 9 });
    first.destroy();
    await eventually(async () => expect(await second.ask([8, 8, `${kind}3`])).toMatchObject({ 0: 9 }));
  },
);
