import { setTimeout as sleep } from "node:timers/promises";
import { handshake, RawSocket } from "../raw-socket.mjs";

const LEFT_MS = 50;

const PATHS = [
  ...["/", "//", "/../../etc/passwd", "/..%2f..%2fetc/passwd", "/%00", "/healthz%00", "/healthz/", "//healthz"],
  ...[
    "/client.mjs/../../package.json",
    `/client.mjs?${"q".repeat(3_000)}`,
    "*",
    "http://other.test/",
    "/\u0000",
    "/%ff",
  ],
  ...["/__proto__", "/constructor", "/status", "/scale?workers=512", "/reload", `/${"a".repeat(10_000)}`],
];
const METHODS = ["GET", "HEAD", "OPTIONS", "TRACE", "POST", "PUT", "DELETE", "CONNECT", "PATCH", "BREW", "get", ""];
const HEADERS = [
  ...["", "Content-Length: -1", "Content-Length: 99999999999999999999", "Transfer-Encoding: chunked", "Host: ", ": a"],
  ...[
    "Content-Length: 5\r\nContent-Length: 6",
    "Transfer-Encoding: chunked\r\nContent-Length: 5",
    "Expect: 100-continue",
  ],
  ...[`X: ${"x".repeat(20_000)}`, `${"x".repeat(20_000)}: 1`, "X\u0000: 1", " folded", "Connection: close, upgrade"],
  ...["Range: bytes=0-99999999999", 'If-None-Match: "x"', "Cookie: a=b", "X: é".repeat(3)],
];
const OFFERS = [
  `Sec-WebSocket-Protocol: ${"a,".repeat(1_500)}b`,
  `Sec-WebSocket-Protocol: ${Array.from({ length: 10_000 }, (_, index) => `p${index}`).join(",")}`,
  "Sec-WebSocket-Protocol: ,,,,",
  "Sec-WebSocket-Protocol: __proto__",
  'Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99; client_max_window_bits=; x="',
  `Sec-WebSocket-Extensions: ${"permessage-deflate,".repeat(100)}`,
  "Sec-WebSocket-Key: short",
  `Sec-WebSocket-Key: ${"A".repeat(2_000)}`,
  "Sec-WebSocket-Version: 99",
  "Upgrade: h2c",
  "Origin: null",
];

/** Attacks on what speaks HTTP: the public port, and the control port. */
export const HTTP_ATTACKS = {
  "odd requests": (world, random) =>
    ask(random.pick([world.port, world.port, world.controlPort]), () => request(random)),

  /** Answers that nobody reads must not wait in the server. */
  async "many requests at once, and no answer read"(world) {
    const raw = new RawSocket(world.port);
    raw.socket.pause();
    raw.write("GET /client-peers.mjs HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3_000));
    await sleep(LEFT_MS * 4);
    raw.cut();
  },

  "odd handshakes": (world, random) => ask(world.port, () => handshake("json", `${random.pick(OFFERS)}\r\n`)),

  async noise(world, random) {
    const raw = new RawSocket(random.pick([world.port, world.controlPort]));
    raw.write(random.bytes(random.between(1, 2_000)));
    await sleep(LEFT_MS);
    raw.cut();
  },
};

function request(random) {
  const path = random.pick(PATHS);
  // whoever may ask the control port may also scale: that is no attack
  const method = /scale|reload/.test(path) ? "GET" : random.pick(METHODS);
  const body = random.chance(0.2) ? "x".repeat(random.between(1, 5_000)) : "";
  return `${method} ${path} HTTP/${random.pick(["1.1", "1.0", "0.9", "2.0", "1.1"])}\r\nHost: a\r\n${random.pick(HEADERS)}\r\n\r\n${body}`;
}

async function ask(port, bytes) {
  const raw = new RawSocket(port);
  for (let times = 0; times < 5; times++) raw.write(bytes());
  await sleep(LEFT_MS);
  raw.cut();
}
