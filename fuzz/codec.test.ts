import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { zlibDeflate } from "../server/connection/zlib-deflate.ts";
import { DEFAULT_BUDGET, DecodeError } from "../shared/budget.ts";
import type { Codec } from "../shared/codec.ts";
import { createJsonCodec } from "../shared/json-codec.ts";
import { Kind, type Message } from "../shared/message.ts";
import { createMsgpackCodec } from "../shared/msgpack-codec.ts";
import { portable } from "../shared/portable.ts";
import { MSGPACK_CODECS } from "../shared/test/codecs.ts";
import { complaintAboutClientMessage, complaintAboutServerMessage, readId } from "../shared/validate-message.ts";

interface Chance {
  named(name: string): Chance;
  pick<Item>(list: readonly Item[]): Item;
}

const { Random } = await import(new URL("../stress/random.mjs", import.meta.url).href);
const { mutate } = await import(new URL("mutate.mjs", import.meta.url).href);
const { BINARY_FRAMES, TEXT_FRAMES } = await import(new URL("corpus.mjs", import.meta.url).href);

/** Another one each time, unless it is said: what failed with one fails with it again. */
const SEED = process.env.FUZZ_SEED ?? randomBytes(4).toString("hex");
const RUNS = Number(process.env.FUZZ_RUNS ?? 10_000);
/** No small frame takes a machine so long, however busy that is, in milliseconds; what is not bounded takes longer. */
const QUICK_MS = 2_000;

const server = createMsgpackCodec({ deflate: zlibDeflate });
const json = createJsonCodec();

const PROTOTYPES = new Set<unknown>([Object.prototype, Array.prototype, Date.prototype]);
/** Longest text of a number that is a key, for each byte that it took. */
const KEY_GROWTH = 3;

/** As `expect`, which is too slow for this. */
function check(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

/** Counts what was made of a frame, and complains of what no decoder may make. */
function weigh(value: unknown, sum = { values: 0, content: 0, deepest: 0 }, depth = 0) {
  sum.values++;
  sum.deepest = Math.max(sum.deepest, depth);
  if (typeof value === "string") sum.content += value.length;
  if (typeof value !== "object" || value === null) {
    check(/^(string|number|boolean|bigint|object)$/.test(typeof value), `a ${typeof value} was made`);
    return sum;
  }
  if (ArrayBuffer.isView(value)) {
    check(value instanceof Uint8Array, "a view was made that is no Uint8Array");
    sum.content += value.byteLength;
    return sum;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  check(PROTOTYPES.has(prototype), "something was made that is no plain data");
  if (prototype === Date.prototype) return sum;
  for (const [key, child] of Object.entries(value)) {
    if (!Array.isArray(value)) {
      sum.values++;
      sum.content += key.length;
    }
    weigh(child, sum, depth + 1);
  }
  return sum;
}

const FROM_CLIENTS = new Set<unknown>([0, 2, 3, 4, 6, 7, 8, 10, 11, 14, 15, 17]);
const WITHOUT_ID = new Set<unknown>([Kind.HELLO, Kind.PING, Kind.PONG, Kind.ERROR, Kind.PUBLISH]);
const NAMED = new Set<unknown>([Kind.CALL, Kind.SUBSCRIBE, Kind.UNSUBSCRIBE, Kind.PUBLISH]);

/** What holds for a message that was found to be one. */
function expectShape(message: readonly unknown[]): void {
  const [kind, second, third] = message;
  check(FROM_CLIENTS.has(kind), `kind ${String(kind)} was let in`);
  if (!WITHOUT_ID.has(kind)) check(Number.isInteger(second) && Number(second) >= 0 && Number(second) < 2 ** 32, "id");
  if (!NAMED.has(kind)) return;
  check(typeof third === "string" && third.length > 0 && third.length < 256, "a name was let in that is none");
}

/** Decodes a frame and does with it what a server does. @returns whether it could be decoded */
function tried<Piece extends string | Uint8Array>(codec: Codec<Piece>, frame: Piece, size: number): boolean {
  let decoded: unknown;
  const started = performance.now();
  try {
    decoded = codec.decode(frame);
  } catch (error) {
    check(error instanceof DecodeError, `decoding threw ${String(error)}`);
    return false;
  } finally {
    check(performance.now() - started < QUICK_MS, "decoding took too long");
  }
  const { values, content, deepest } = weigh(decoded);
  check(values <= DEFAULT_BUDGET.maxElements + 1, `${values} values`);
  check(deepest <= DEFAULT_BUDGET.maxDepth + 1, `${deepest} levels`);
  check(content <= size * KEY_GROWTH, `${content} characters and bytes of ${size}`);
  for (const message of Array.isArray(decoded) && Array.isArray(decoded[0]) ? (decoded as unknown[]) : [decoded]) {
    const complaint = complaintAboutClientMessage(message);
    if (complaint === undefined) expectShape(message as unknown[]);
    else check(complaint.length < 200, "a complaint repeats what it is about");
    complaintAboutServerMessage(message);
    readId(message);
    // whatever can be said can be said back, and passed on: otherwise who says it could fill the log
    const echo: Message = [Kind.PING, portable(message)];
    server.encode(echo);
    json.encode(echo);
  }
  return true;
}

/** Runs something many times, and tells how to have it again where it fails. */
function repeatedly(name: string, step: (random: Chance) => boolean): void {
  const random: Chance = new Random(SEED).named(name);
  let decoded = 0;
  for (let count = 0; count < RUNS; count++) {
    try {
      if (step(random)) decoded++;
    } catch (error) {
      throw new Error(`With FUZZ_SEED=${SEED}, ${name}, at the ${count + 1}th: ${String(error)}`, { cause: error });
    }
  }
  expect(Object.keys(Object.prototype)).toEqual([]);
  for (const name of ["k", "polluted", "then", "toJSON"]) expect(Object.hasOwn(Object.prototype, name)).toBe(false);
  // it was not for want of anything that makes sense
  expect(decoded).toBeGreaterThan(RUNS / 50);
}

describe.each(MSGPACK_CODECS)("frames that were altered by chance, for %s,", (name, createCodec) => {
  it("decode to plain data within the budget, or are refused, and nothing else happens", { timeout: 300_000 }, () => {
    const codec = createCodec({ deflate: zlibDeflate });
    repeatedly(name, (random) => {
      const frame: Buffer = mutate(random, random.pick(BINARY_FRAMES), BINARY_FRAMES);
      return tried(codec, frame, frame[0] === 0xc1 ? DEFAULT_BUDGET.maxPayload : frame.length);
    });
  });
});

it("the same of text", { timeout: 300_000 }, () => {
  repeatedly("text", (random) => {
    const frame: Buffer = mutate(random, random.pick(TEXT_FRAMES), TEXT_FRAMES, true);
    const text = frame.toString();
    return tried(json, text, text.length);
  });
});
