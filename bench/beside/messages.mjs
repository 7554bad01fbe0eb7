// Messages of the kinds that applications send: each as this server's protocol has it, and as an event of Socket.IO.
import { NOISE_END, noise, textOf } from "../lib/text.mjs";

const CALL = 2;
const EVENT = 12;
const LARGE = 65_536;
const ROWS = 100;
const NUMBERS = 1_000;

const WORDS = "the quick brown fox jumps over a lazy dog and then goes home to see what there is for dinner".split(" ");

const numbers = noise();
/** Parts of 1 in no order. */
const next = () => numbers.next().value / NOISE_END;

function prose(length) {
  let text = "";
  while (text.length < length) text += `${WORDS[Math.floor(next() * WORDS.length)]} `;
  return text.slice(0, length);
}

function row(id) {
  return {
    ...{ id, name: `user ${id}`, online: next() < 0.3, score: Math.round(next() * 1e5) / 100 },
    ...{ room: WORDS[Math.floor(next() * WORDS.length)], at: 1_700_000_000_000 + Math.floor(next() * 1e9) },
  };
}

const CHAT = { name: "ann", text: "hello everybody, is anyone going home early?", at: 1_700_000_000_000 };
const event = (name, data) => ({ ours: [EVENT, name, data], socketIo: [name, data] });

/** The name of the event that comes with bytes. */
export const BYTES = "bytes";

/** By what they are called in the report. */
export const MESSAGES = {
  "a small call": { ours: [CALL, 7, "math.add", { x: 1, y: 6 }], socketIo: ["math.add", { x: 1, y: 6 }] },
  "a line of a chat": event("chat:lobby", CHAT),
  "100 rows of a table": event(
    "rows",
    Array.from({ length: ROWS }, (_, id) => row(id)),
  ),
  "64 kB of prose": event("text", prose(LARGE)),
  "64 kB of letters in no order": event("text", textOf(LARGE)),
  "1,000 numbers in no order": event(
    "numbers",
    Array.from({ length: NUMBERS }, () => next()),
  ),
  "64 kB of bytes in no order": event(
    BYTES,
    Buffer.from(Array.from({ length: LARGE }, () => Math.floor(next() * 256))),
  ),
};
