import { connect } from "node:net";
import { deflateRawSync } from "node:zlib";
import { RawConnection } from "../raw-connection.mjs";

const CALL = 2;
const ERROR = 4;
const PING = 14;
const PONG = 15;
/** How long the server has to say what it thinks, in milliseconds: processes are held up, and the machine is busy. */
const PATIENCE_MS = 15_000;
/** How long what is no WebSocket is left to itself, in milliseconds. */
const LEFT_MS = 2_000;
/** Broken connections, restarts and drains come with what the others do to the server. */
const AT_ANY_TIME = [1005, 1006, 1012, 1013, 4508];
const UNDECODABLE = [1007, 1009, ...AT_ANY_TIME];

/** Decode, and make no sense: the connection lives. */
const NONSENSE = [
  [99],
  [CALL],
  [CALL, "x"],
  [CALL, -1, "look"],
  [8, 1, 5],
  [8, 1, ""],
  [0, 7],
  [11, 1, "kept:*", 1],
  [3.5],
  [17, 1],
  [null],
  {},
  7,
  "text",
  null,
  true,
  [
    [CALL, 1, 2],
    [8, 2],
  ],
  [4, 1],
  [12, "kept:a", 1],
  [8, 1, "kept:a", { since: 3 }],
  [8, 1, "kept:a", { since: { epoch: 1, offset: "x" } }],
];

/** Sends what no client should, and looks that only its own connection suffers. */
export function malformedSender(world, random, index) {
  const who = `malformed sender ${index}`;

  /** Nonsense is refused, and what follows it is served. */
  async function nonsense() {
    const what = random.pick(NONSENSE);
    const answers = [];
    const connection = await open((message) => answers.push(message));
    if (connection === undefined) return;
    connection.send(what);
    connection.send([PING, "still there?"]);
    const served = () => answers.some(([kind]) => kind === PONG);
    const code = await outcome(connection, () => served() || world.stopping);
    const odd = answers.find(
      ([kind, , code]) =>
        ![ERROR, PING, PONG].includes(kind) ||
        (kind === ERROR && !["BAD_REQUEST", "NOT_FOUND", "FORBIDDEN"].includes(code)),
    );
    if (odd !== undefined)
      world.complain(`${who} sent ${JSON.stringify(what)} and was answered ${JSON.stringify(odd)}`);
    if (code !== undefined && !AT_ANY_TIME.includes(code))
      world.complain(`${who} sent ${JSON.stringify(what)}, and the connection was closed with ${code}`);
    if (code === undefined && !served() && !world.stopping)
      world.complain(`${who} sent ${JSON.stringify(what)}, and what followed was not answered`);
    connection.cut();
  }

  /** Of five nonsenses the last one costs the connection. */
  async function fiveTimes() {
    await expectClose("five nonsenses", [4400, ...AT_ANY_TIME], (connection) => {
      for (let times = 0; times < 5; times++) connection.send([99]);
    });
  }

  async function undecodable() {
    const [what, bytes] = random.pick(BYTES)(random);
    await expectClose(what, UNDECODABLE, (connection) => connection.socket.send(bytes));
  }

  /** What is no WebSocket, or no proper one. */
  async function bytes() {
    const [what, lines] = random.pick(WIRES)(random);
    const socket = connect({ host: "127.0.0.1", port: world.port });
    const closed = new Promise((resolve) => {
      socket.once("close", resolve);
    });
    // a reset is one of the ways in which this ends
    socket.on("error", () => undefined);
    socket.resume();
    for (const line of lines) {
      socket.write(line);
      await world.rest(random.between(0, 50));
    }
    if (what === "half a handshake") await world.rest(random.between(0, 1_000));
    else await Promise.race([closed, world.rest(LEFT_MS)]);
    socket.destroy();
  }

  async function open(receive) {
    const connection = new RawConnection(world.port, receive);
    return (await connection.opened()) ? connection : undefined;
  }

  async function outcome(connection, done) {
    let code;
    connection.closed.then((itsCode) => {
      code = itsCode;
    });
    for (const end = performance.now() + PATIENCE_MS; code === undefined && !done() && performance.now() < end; )
      await world.rest(10);
    return code;
  }

  /** Sends what costs the connection: what follows is not served any more. */
  async function expectClose(what, codes, send) {
    let served = false;
    const connection = await open(([kind]) => {
      served ||= kind === PONG;
    });
    if (connection === undefined) return;
    send(connection);
    connection.send([PING, "still there?"]);
    const code = await outcome(connection, () => served || world.stopping);
    if (served) world.complain(`${who}: after ${what} the connection was served`);
    else if (code !== undefined && !codes.includes(code)) world.complain(`${who}: after ${what} came close ${code}`);
    else if (code === undefined && !world.stopping)
      world.complain(`${who}: after ${what} the connection was not closed`);
    connection.cut();
  }

  const done = world.repeat(who, async () => {
    const what = random.pick([nonsense, nonsense, undecodable, undecodable, bytes, fiveTimes]);
    world.count(`malformed: ${what.name}`);
    await what();
    await world.pause(random.between(0, 200));
  });
  return { who, waitsFor: undefined, stopped: done, close: () => undefined };
}

/** Frames that do not decode. */
const BYTES = [
  () => ["text that is no JSON", "{]"],
  () => ["JSON that is cut off", '[2,1,"look",{'],
  () => ["JSON that is too deep", "[".repeat(500) + "]".repeat(500)],
  (random) => ["MessagePack that is cut off", Buffer.from([0x94, random.between(0, 17)])],
  () => ["a false length", Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff, 0x02])],
  () => ["a false length of text", Buffer.from([0x92, 0x02, 0xdb, 0xff, 0xff, 0xff, 0xff, 0x41])],
  (random) => [
    "bytes that are no DEFLATE",
    Buffer.concat([Buffer.of(0xc1, 0xff), random.bytes(random.between(1, 40))]),
  ],
  () => ["much that was deflated to little", Buffer.concat([Buffer.of(0xc1), BOMB])],
  () => ["a deflated frame in another", Buffer.concat([Buffer.of(0xc1), deflateRawSync(Buffer.of(0xc1, 0x03, 0x00))])],
  () => ["too many values", `[2,1,"look",[${"0,".repeat(150_000)}0]]`],
];
const BOMB = deflateRawSync(Buffer.alloc(64 * 1024 * 1024));

const UPGRADE =
  "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/** What is sent over TCP, piece by piece. */
const WIRES = [
  () => ["half a handshake", [UPGRADE.slice(0, 60)]],
  (random) => ["noise", [random.bytes(random.between(1, 2_000))]],
  () => ["a wrong method", ["BREW / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"]],
  () => ["no host", ["GET / HTTP/1.1\r\n\r\n"]],
  () => ["an unmasked frame", [UPGRADE, Buffer.from([0x81, 0x02, 0x5b, 0x5d])]],
  () => ["a reserved opcode", [UPGRADE, Buffer.from([0x83, 0x80, 1, 2, 3, 4])]],
  () => ["reserved bits", [UPGRADE, Buffer.from([0xf1, 0x80, 1, 2, 3, 4])]],
  () => [
    "a frame that is said to be huge",
    [UPGRADE, Buffer.from([0x82, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255])],
  ],
  () => ["text that is no UTF-8", [UPGRADE, Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe])]],
  () => [
    "a long control frame",
    [UPGRADE, Buffer.concat([Buffer.from([0x89, 0xfe, 0, 200, 0, 0, 0, 0]), Buffer.alloc(200)])],
  ],
  (random) => ["noise after the handshake", [UPGRADE, random.bytes(random.between(1, 500))]],
];
