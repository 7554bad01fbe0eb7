import { describe, expect, it } from "vitest";
import type { Deflate } from "../shared/deflate.ts";
import { portableDeflate } from "../shared/portable-deflate.ts";
import { deferred } from "./deferred.ts";
import { lateDeflate } from "./late-deflate.ts";
import { noise, offloading } from "./test/offloading.ts";
import { pass, settled, useFakeTime } from "./test/setup.ts";
import * as functions from "./workers/codec-functions.ts";

useFakeTime();

const MIB = 1_048_576;
const [A, B, C] = [noise(1), noise(2), noise(3)] as const;

describe("a web worker that cannot do it", () => {
  it("costs no message; it is told once, and asked again after half a minute", async () => {
    const { heard, errors, pool, tell } = await offloading();
    tell(A, "second", B);
    pool.calls[0]?.fail(new Error("The web worker died."));
    pool.calls[1]?.fail(new Error("The web worker died."));
    await settled();
    expect(heard).toEqual([A, "second", B]);
    expect(errors.map(({ cause }) => (cause as Error).message)).toEqual(["The web worker died."]);
    tell(C);
    expect([heard.at(-1), pool.calls.length]).toEqual([C, 2]);
    await pass(30_000);
    tell(A);
    expect(pool.calls.length).toBe(3);
    pool.calls[2]?.fail(new Error("again"));
    await settled();
    expect([heard.at(-1), errors.length]).toEqual([A, 1]);
  });

  it("lets the frame wait for the page's own code, which has not been needed before", async () => {
    const code = deferred<Deflate>();
    const { heard, pool, tell } = await offloading(
      {},
      undefined,
      lateDeflate(() => code.promise),
    );
    tell(A, "second", B);
    pool.calls[0]?.fail(new Error("gone"));
    pool.calls[1]?.done();
    await settled();
    expect(heard).toEqual([]);
    code.resolve(portableDeflate);
    await settled();
    expect(heard).toEqual([A, "second", B]);
  });

  it("has five seconds", async () => {
    const { heard, errors, pool, tell } = await offloading();
    tell(A, "second");
    await pass(4_999);
    expect([heard, pool.calls[0]?.options.signal?.aborted]).toEqual([[], false]);
    await pass(1);
    expect([heard, pool.calls[0]?.options.signal?.aborted]).toEqual([[A, "second"], true]);
    expect(errors[0]?.cause).toMatchObject({ message: expect.stringContaining("5000 ms") });
  });

  it("for it cannot import the code is told once, and never asked", async () => {
    const missing = new Error("404");
    const { heard, errors, pool, tell } = await offloading({ url: "https://cdn.test/codec.mjs" }, missing);
    tell(A);
    expect([pool.modules, heard, pool.calls]).toEqual([["https://cdn.test/codec.mjs"], [A], []]);
    expect(errors).toEqual([expect.objectContaining({ cause: missing })]);
  });
});

it("malformed frames are told of as they are without web workers", async () => {
  const deflated = (bytes: Uint8Array) => Uint8Array.of(0xc1, ...functions.fugitiveFrame(bytes, 1).subarray(1));
  const deep = new Uint8Array(5_000).fill(0x91);
  const many = new Uint8Array(2 ** 21 + 5);
  many.set([0xdd, 0, 0x20]);
  const broken = crypto.getRandomValues(new Uint8Array(3_000)).fill(0xff, 0, 20);
  broken[0] = 0xc1;
  const frames = [
    deflated(deep),
    deflated(many),
    deflated(new Uint8Array(17 * MIB)),
    broken,
    new Uint8Array(3_000).fill(0xc1),
  ];
  const told = async (receiveBytes: number) => {
    const { client, server, errors, pool } = await offloading({ receiveBytes, plainBytes: receiveBytes });
    pool.patient = false;
    for (const frame of frames) server.connection.socket.deliver(frame);
    await settled();
    expect(pool.calls.length).toBe(receiveBytes === 1 ? frames.length : 0);
    const { ignored } = client;
    return {
      ignored,
      errors: errors.map((error) => [error.constructor, error.name, error.message, Reflect.get(error, "reason")]),
    };
  };
  const expected = await told(Number.POSITIVE_INFINITY);
  expect(expected.errors.length).toBe(frames.length);
  expect(await told(1)).toEqual(expected);
});
