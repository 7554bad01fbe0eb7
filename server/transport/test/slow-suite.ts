import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { OPTIONS } from "../../config/options.ts";
import { makeCertificate } from "../../test/certificates.ts";
import { openSocket } from "../../test/raw-handshake.ts";
import type { HttpRoute, Transport } from "../transport.ts";
import { dealing } from "./dealing.ts";
import { LIMITS } from "./noted-transport.ts";
import type { CreateTransport } from "./public-suite.ts";

const CERTIFICATE = makeCertificate();
const FILE = Buffer.alloc(300_000, "x");
const ROUTES: HttpRoute[] = [
  { path: "/file", answer: () => ({ status: 200, body: FILE }) },
  { path: "/empty", answer: () => ({ status: 200, body: "" }) },
];

interface Setup {
  readonly balance?: "kernel" | "round-robin";
  readonly encrypted?: boolean;
}

/** A transport that grants no WebSocket. */
async function listening(create: CreateTransport, more: Setup = {}): Promise<{ port: number; transport: Transport }> {
  const { balance = "kernel", encrypted = false } = more;
  const folder = mkdtempSync(join(tmpdir(), "fugitive-slow-"));
  const files = {
    cert: join(folder, "cert"),
    key: join(folder, "key"),
    keyPassphrase: "",
    ciphers: OPTIONS.ciphers.default,
  };
  writeFileSync(files.cert, CERTIFICATE.cert);
  writeFileSync(files.key, CERTIFICATE.key);
  const deal = balance === "round-robin" ? await dealing() : undefined;
  const transport = create(
    {
      ...LIMITS,
      host: "127.0.0.1",
      port: deal?.port ?? 0,
      balance,
      deal,
      tls: encrypted ? files : undefined,
      warn: () => undefined,
    },
    { upgrade: () => ({ status: 403, body: "no" }), open: () => expect.unreachable() },
    ROUTES,
  );
  rmSync(folder, { recursive: true });
  return { port: await transport.listen(), transport };
}

/** Resolves when the other side hangs up, however much it says before. */
async function ended(socket: Socket): Promise<void> {
  socket.resume();
  if (!socket.closed) await once(socket, "close");
}

/** Writes something every so often until the connection ends. */
function drip(socket: Socket, bytes: string): void {
  const timer = setInterval(() => socket.writable && socket.write(bytes), 500);
  socket.on("close", () => clearInterval(timer));
}

async function secure(port: number): Promise<Socket> {
  const socket = connectTls({ port, host: "127.0.0.1", ca: CERTIFICATE.cert });
  socket.on("error", () => undefined);
  await once(socket, "secureConnect");
  return socket;
}

/** What is said at first, and what then, every so often. */
const SLOW: readonly (readonly [first: string, then?: string])[] = [
  [""],
  ["GET / HTTP/1.1\r\nHost: x\r\n"],
  ["GET / HTTP/1.1\r\nX: ", "x"],
  ["GET / HTTP/1.1\r\nHost: x\r\n", "X: y\r\n"],
  ["POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n", "x"],
  ["", "\r\n"],
  ["\r\n\r\n\0\r\nQUIT\n"],
  ["GET /empty HTTP/1.1\r\nHost: x\r\n\r\n"],
];
/** The same, where the other side waits for the first message of TLS. */
const SLOW_TLS: typeof SLOW = [[""], ["\x16\x03\x01\x02\x00\x01"], ["\x16\x03\x01\x02\x00\x01", "\0"]];

/** Resolves when all that are slow in these ways have been hung up on. */
async function allEnd(open: () => Promise<Socket>, ways: typeof SLOW): Promise<void> {
  await Promise.all(
    ways.map(async ([first, then]) => {
      const socket = await open();
      if (first !== "") socket.write(first, "latin1");
      if (then !== undefined) drip(socket, then);
      await ended(socket);
    }),
  );
}

/** What is slow, on purpose or not, costs little. @param name how the transport is spoken of: "over …" */
export function slowSuite(name: string, create: CreateTransport): void {
  it(`who does not come to the point is hung up on, in requests, in TLS, and in requests inside of it, ${name}`, async () => {
    const ends = (["kernel", "round-robin"] as const).map(async (balance) => {
      const [plain, encrypted] = [
        await listening(create, { balance }),
        await listening(create, { balance, encrypted: true }),
      ];
      const { port } = encrypted;
      await Promise.all([
        allEnd(() => openSocket(plain.port), SLOW),
        allEnd(() => openSocket(port), SLOW_TLS),
        allEnd(() => secure(port), SLOW),
      ]);
      for (const { transport } of [plain, encrypted]) transport.close();
    });
    await Promise.all(ends);
  });

  describe(`answers that nobody reads, ${name}`, () => {
    const rss = () => process.memoryUsage.rss();

    it.each([
      ["GET /file", 3_000],
      ["GET /empty", 20_000],
      ["GET /nothing", 20_000],
      ["HEAD /file", 20_000],
    ])("do not pile up: %s, %i times", async (asked, times) => {
      const { port, transport } = await listening(create);
      onTestFinished(() => transport.close());
      const socket = await openSocket(port);
      socket.pause();
      const before = rss();
      socket.write(`${asked} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(times));
      // another connection's answer tells that all of that was looked at
      for (let round = 0; round < 20; round++) await (await fetch(`http://127.0.0.1:${port}/empty`)).text();
      expect(rss() - before).toBeLessThan(100_000_000);
      socket.destroy();
    });

    it("but those that are read come whole, one after the other", async () => {
      const { port, transport } = await listening(create);
      onTestFinished(() => transport.close());
      for (let round = 0; round < 5; round++) {
        const body = await (await fetch(`http://127.0.0.1:${port}/file`)).arrayBuffer();
        expect(Buffer.from(body).equals(FILE)).toBe(true);
      }
      const head = await fetch(`http://127.0.0.1:${port}/file`, { method: "HEAD" });
      expect(head.headers.get("content-length")).toBe(String(FILE.length));
      const empty = await fetch(`http://127.0.0.1:${port}/empty`);
      expect([empty.status, await empty.text()]).toEqual([200, ""]);
    });
  });
}
