// The sections of the report about what clients have of it: recovery, the page, and messages on their way.
import { barsFigure } from "../../dist/cli/report/bars.js";
import { bytes, count, short } from "../../dist/cli/report/format.js";
import { median } from "../lib/statistics.mjs";
import { bars, GREY, micro, spread } from "./figures.mjs";
import { US } from "./goals.mjs";

const seconds = (ms) => `${(ms / 1_000).toFixed(2)} s`;
/** What the measurement waits for. */
const WAITED_MS = 30_000;
const whole = (value) => count(value);
/** Messages of which there are plots. */
const SHOWN = ["a line of a chat", "100 rows of a table"];

/** By what was measured, like those of `sections.mjs`. */
export const CLIENT_SECTIONS = {
  recovery: (arms) => ({
    title: "A worker dies",
    text: `One of two workers is killed while ${arms[0]?.clients ?? 0} clients follow a channel on which something is published every 50 ms. The clients are each library's own, with its own waits before they come back. What is missed is counted by the numbers of publications that each client got. Fugitive's channel keeps a history, from which clients recover. Socket.IO has its connection state recovery turned on: its cluster adapter does not support it, and of a worker that is killed the Redis Streams adapter has no state either, as it is kept when a connection ends; its documentation leaves it to the application to keep and send what was missed. On bare uWebSockets.js, Bun and ws nobody starts a worker again or comes back, unless somebody writes that.`,
    figures: [
      bars(
        "Until all are back",
        "subscribed, with what is published just then; less is better",
        times(arms),
        "last",
        seconds,
        "least",
      ),
      bars(
        "Missed publications",
        "for each client that lost its worker; less is better",
        times(arms),
        "missedEach",
        short,
        "least",
      ),
    ],
    head: [
      "",
      "lost their worker",
      "median back",
      "all back",
      "published",
      "missed, of all clients",
      "twice",
      "behind",
    ],
    rows: times(arms).map(({ name, lost, middle, last, published, missed, repeated, behind }) => [
      name,
      spread(lost, whole),
      spread(middle, seconds),
      spread(last, seconds),
      spread(published, whole),
      spread(missed, whole),
      spread(repeated, whole),
      spread(behind, whole),
    ]),
  }),
  browser: (arms) => ({
    title: "In the page",
    text: "Chromium, one page at a time, each client as the bundle that its package has for browsers: calls, sixteen at a time, then publications of a line of a chat, ten every millisecond. CPU is that of the page's process, with all of its threads; script is the part of it in which its main thread ran JavaScript. Fugitive fetches parts of its client when they are first needed: for large messages, for other pages, and for web workers. By hand there is no bundle, and neither does anything come back after a loss.",
    figures:
      arms.length === 0
        ? []
        : [
            bars("A call", "CPU of the page; less is better", pages(arms, "calls"), "cpu", micro, "least"),
            bars(
              "A publication",
              "CPU of the page; less is better",
              pages(arms, "publications"),
              "cpu",
              micro,
              "least",
            ),
            barsFigure({
              ...{
                title: "What is downloaded",
                summary: "The bundle, gzipped.",
                label: "gzipped; less is better",
                format: bytes,
              },
              bars: arms
                .filter(({ gzipped }) => gzipped > 0)
                .map(({ name, gzipped }) => ({ name, value: gzipped, colour: name === US ? 1 : GREY }))
                .sort((one, other) => one.value - other.value),
            }),
          ],
    head: [
      "",
      "a call",
      "of it script",
      "calls a second",
      "a publication",
      "of it script",
      "gzipped",
      "bundle",
      "gzipped, when needed",
    ],
    rows: arms.map((arm) => {
      const [calls, publications] = ["calls", "publications"].map((of) => pages([arm], of)[0]);
      return [
        arm.name,
        spread(calls.cpu, micro),
        spread(calls.script, micro),
        spread(calls.second, short),
        spread(publications.cpu, micro),
        spread(publications.script, micro),
        ...(arm.gzipped > 0 ? [bytes(arm.gzipped), bytes(arm.bytes)] : ["none", "none"]),
        arm.later.length > 0 ? arm.later.map(bytes).join(", ") : "none",
      ];
    }),
  }),
  codecs: (arms) => ({
    title: "Messages on their way",
    text: "What a message is as bytes, and the CPU it takes to encode and to decode it, with compression where there is any. What ws deflates is deflated as its README has it: from 1,024 bytes on, at level 3, in a window of 1 kB, nothing kept from one message to the next. JSON has bytes as base64. Fugitive deflates by itself, and looks first whether it is worth it. socket.io-msgpack-parser makes a packet of Socket.IO of it, the others the same message.",
    figures: SHOWN.flatMap((message) => {
      const shown = arms
        .filter((arm) => arm.message === message)
        .map((arm) => ({ ...arm, both: both(arm), sizes: [arm.bytes] }));
      if (shown.length === 0) return [];
      return [
        bars(`${message}: CPU`, "to encode and decode; less is better", shown, "both", micro, "least"),
        bars(`${message}: bytes`, "less is better", shown, "sizes", whole, "least"),
      ];
    }),
    head: ["", "codec", "bytes", "encode", "decode"],
    rows: arms.map(({ message, name, bytes: size, encode, decode }) => [
      message,
      name,
      count(size),
      spread(encode.map(inMicro), micro),
      spread(decode.map(inMicro), micro),
    ]),
  }),
};

const inMicro = (nanoseconds) => nanoseconds / 1_000;

function both({ encode, decode }) {
  return encode.map((nanoseconds, round) => inMicro(nanoseconds + decode[round]));
}

/** What was measured in a page, by round. */
function pages(arms, of) {
  return arms.map((arm) => ({
    name: arm.name,
    cpu: arm[of].map(({ cpu }) => cpu),
    script: arm[of].map(({ script }) => script),
    second: arm[of].map(({ second }) => second),
  }));
}

/** What became of clients, by round; whoever was not back when no longer waited for counts as that long. */
function times(arms) {
  const of = (rounds, what) => rounds.map((round) => round[what]);
  return arms.map(({ name, rounds }) => ({
    name,
    lost: of(rounds, "lost"),
    middle: rounds.map(({ back }) => (back.length === 0 ? WAITED_MS : median(back))),
    last: rounds.map(({ live, lost }) => (live.length < lost ? WAITED_MS : Math.max(...live))),
    published: of(rounds, "published"),
    missed: of(rounds, "missed"),
    missedEach: rounds.map(({ missed, lost }) => missed / Math.max(1, lost)),
    repeated: of(rounds, "repeated"),
    behind: of(rounds, "behind"),
  }));
}
