import { describe, expect, it } from "vitest";
import { hello, resume } from "../sessions/test/resume.ts";
import { serve } from "../test/test-server.ts";
import { app } from "./test/token-app.ts";

describe("a token that expires", () => {
  it("is warned of, and then closes the connection with 4401", async () => {
    const { connect } = await serve(app);
    const client = await connect();
    await hello(client, { token: "ada:2000" });
    const [, , code, , details] = (await client.next()) as [4, null, string, string, { expiresInMs: number }];
    expect(code).toBe("UNAUTHENTICATED");
    expect(details.expiresInMs).toBeLessThan(2_000);
    expect(await client.closed).toEqual({ code: 4401, reason: "token expired" });
  });

  it("is replaced by AUTH", async () => {
    const { connect } = await serve(app);
    const client = await connect();
    await hello(client, { token: "ada:1500" });
    expect(await client.ask([17, 1, "ada:600000"])).toEqual([5, 1]);
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    expect(await client.settled()).toEqual([]);
  });

  it("is of no more concern once the application says who it is", async () => {
    const { connect } = await serve(app);
    const client = await connect();
    await hello(client, { token: "ada:1500" });
    await client.ask([2, 1, "login", "root"]);
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    expect(await client.settled()).toEqual([]);
    expect(await client.ask([2, 2, "whoami"])).toMatchObject([3, 2, { user: "root", proven: false }]);
  });
});

describe("a session that was proven by a token", () => {
  it("goes on with a token of the same user only, and stays until one comes", async () => {
    const { connect } = await serve(app);
    const first = await connect();
    const known = await hello(first, { token: "ada" });
    first.destroy();
    const without = await connect();
    without.send([0, { resume: { session: known.session, secret: known.secret } }]);
    expect(await without.next()).toEqual([4, null, "UNAUTHENTICATED", expect.any(String)]);
    expect(await without.closed).toMatchObject({ code: 4401 });
    const wrong = await connect();
    wrong.send([0, { token: "wrong", resume: { session: known.session, secret: known.secret } }]);
    expect(await wrong.next()).toEqual([4, null, "UNAUTHENTICATED", expect.any(String)]);
    const other = await connect();
    expect(
      await hello(other, { token: "bob", resume: { session: known.session, secret: known.secret } }),
    ).toMatchObject({ resumed: false, user: "bob" });
    const again = await connect();
    const welcome = await hello(again, { token: "ada", resume: { session: known.session, secret: known.secret } });
    expect(welcome).toMatchObject({ resumed: true, session: known.session, user: "ada" });
    const byHeader = await connect({ headers: { authorization: "Bearer ada" } });
    expect(await resume(byHeader, known)).toMatchObject({ resumed: true, user: "ada" });
    expect(await byHeader.ask([2, 1, "whoami"])).toMatchObject([3, 1, { user: "ada", proven: true }]);
  });

  it("needs none once the application has said whose it is", async () => {
    const { connect } = await serve(app);
    const first = await connect();
    const known = await hello(first, { token: "ada" });
    await first.ask([2, 1, "login", "root"]);
    first.destroy();
    const second = await connect();
    expect(await resume(second, known)).toMatchObject({ resumed: true, user: "root" });
  });

  it("that was nobody's becomes who comes back to it with a token", async () => {
    const { connect } = await serve(app);
    const first = await connect();
    const known = await hello(first);
    first.destroy();
    const second = await connect();
    const { session, secret } = known;
    expect(await hello(second, { token: "ada", resume: { session, secret } })).toMatchObject({
      resumed: true,
      user: "ada",
    });
  });
});
