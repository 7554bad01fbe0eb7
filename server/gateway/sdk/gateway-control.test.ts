import { describe, expect, it } from "vitest";
import { freePort } from "../../links/test/free-port.ts";
import { startControl } from "../test/control-server.ts";
import { Gateway, GatewayError } from "./gateway.ts";

async function failure(promise: Promise<unknown>): Promise<GatewayError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(GatewayError);
  return error as GatewayError;
}

describe("what a back end says to connections", () => {
  it("goes to the control port, and the answer is how many it reached", async () => {
    const { url, requests } = await startControl(() => [200, "3\n"]);
    const gateway = new Gateway({ control: url, token: "secret" });
    expect(await gateway.sendTo({ group: "a&b" }, "grüße")).toBe(3);
    expect(await gateway.sendTo({ id: ["1", "2"] }, new Uint8Array([0, 255]))).toBe(3);
    expect(await gateway.setTags({ group: "x" }, { room: "a b", old: "" })).toBe(3);
    expect(await gateway.disconnect({ group: "x" })).toBe(3);
    expect(await gateway.disconnect({ group: "x" }, "bye")).toBe(3);
    expect(
      requests.map((request) => [request.url, request.headers["content-type"], request.body.toString("latin1")]),
    ).toEqual([
      ["POST /send?group=a%26b", "text/plain;charset=utf-8", Buffer.from("grüße").toString("latin1")],
      ["POST /send?id=1%2C2", "application/octet-stream", "\x00\xff"],
      ["POST /settags?group=x", "application/x-www-form-urlencoded", "room=a+b&old="],
      ["POST /close?group=x", "text/plain;charset=utf-8", ""],
      ["POST /close?group=x", "text/plain;charset=utf-8", "bye"],
    ]);
    for (const { headers } of requests) {
      expect(headers).toMatchObject({ authorization: "Bearer secret", accept: "application/json" });
    }
  });

  it("keeps its order for the same connections, also where something fails", async () => {
    const waiting: (() => void)[] = [];
    const { url, requests } = await startControl(async ({ body }) => {
      if (String(body) === "0") await new Promise<void>((resolve) => waiting.push(resolve));
      return String(body) === "1" ? [500, "no"] : [200, "1"];
    });
    const gateway = new Gateway({ control: url });
    const sent = ["0", "1", "2", "3"].map((text) => gateway.sendTo({ id: "a" }, text).catch(() => "failed"));
    await gateway.sendTo({ id: "b" }, "another's");
    expect(requests.map(({ body }) => String(body)).sort()).toEqual(["0", "another's"]);
    for (const resolve of waiting) resolve();
    expect(await Promise.all(sent)).toEqual([1, "failed", 1, 1]);
    expect(requests.filter((request) => request.url.endsWith("=a")).map(({ body }) => String(body))).toEqual([
      "0",
      "1",
      "2",
      "3",
    ]);
  });

  it("fails in plain words", async () => {
    const { url } = await startControl(({ body }) => {
      if (String(body) === "partial") return [504, JSON.stringify({ count: 2, silent: 1 })];
      return String(body) === "denied" ? [401, "who are you?\n"] : [200, "what?"];
    });
    const gateway = new Gateway({ control: url });
    const details = ({ code, message, status, count, silent }: GatewayError) => [code, message, status, count, silent];
    expect(details(await failure(gateway.sendTo({ a: "b" }, "partial")))).toEqual([
      ...["PARTIAL", "1 of the gateway's processes did not answer", 504, 2, 1],
    ]);
    expect(details(await failure(gateway.sendTo({ a: "b" }, "denied")))).toEqual([
      ...["REFUSED", "The gateway answered 401: who are you?", 401, undefined, undefined],
    ]);
    expect((await failure(gateway.sendTo({ a: "b" }, "strange"))).code).toBe("REFUSED");
    const nobody = new Gateway({ control: `http://127.0.0.1:${await freePort()}` });
    expect((await failure(nobody.sendTo({ a: "b" }, "x"))).code).toBe("UNREACHABLE");
  });

  it("is given up when no answer comes", async () => {
    const { url } = await startControl(() => new Promise(() => undefined));
    const gateway = new Gateway({ control: url, requestMs: 20 });
    expect((await failure(gateway.sendTo({ a: "b" }, "x"))).code).toBe("UNREACHABLE");
  });
});
