import { once } from "node:events";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { makeCertificate } from "./test/certificates.ts";
import { type Cluster, startCluster } from "./test/cluster.ts";
import { LIMIT_MS } from "./test/patience.ts";
import { handshakeRequest, openSocket } from "./test/raw-handshake.ts";
import { shareClusters } from "./test/shared-clusters.ts";
import { line, tcp4, tcp6, version2 } from "./transport/test/proxy-headers.ts";

const sharedCluster = shareClusters();
const APP = `export const app = defineApp({
  procedures: { whoAmI: (_, { connection }) => connection.address },
});`;
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const ASK_JSON = '[2,1,"whoAmI"]';

/** This machine is the proxy; 127.0.0.2 is none. */
const PROXY = { TRUSTED_PROXIES: "127.0.0.1", PROXY_PROTOCOL: "on" };

/** One server for all that start it alike. */
async function start(env: Record<string, string> = {}, files: Record<string, string> = {}): Promise<Cluster> {
  return sharedCluster({ app: APP, env: { ...PROXY, ...env }, files });
}

/** All that comes of what is written, until the other side hangs up or `enough` has come. */
async function exchange(port: number, parts: readonly (Buffer | string)[], enough?: RegExp): Promise<string> {
  const socket = await openSocket(port);
  onTestFinished(() => void socket.destroy());
  let got = "";
  const over = new Promise<void>((resolve) => {
    socket.on("close", () => resolve());
    socket.on("data", (chunk: Buffer) => {
      got += chunk.toString("latin1");
      if (enough?.test(got)) resolve();
    });
  });
  for (const part of parts) {
    socket.write(part);
    // as bytes come that are on their way one by one
    if (parts.length > 2) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await over;
  return got;
}

/** A text frame, masked with zeros. */
function frame(text: string): Buffer {
  return Buffer.concat([Buffer.of(0x81, 0x80 | text.length, 0, 0, 0, 0), Buffer.from(text)]);
}

const ASK = Buffer.from(handshakeRequest({ offers: ["fugitive.v1.json"] }, KEY));

/** What a server makes of what is no request. */
const REFUSED = "refused";

/** Asks for a WebSocket on a connection, and there who its client is. */
async function whoAmI(socket: Socket, request: Buffer): Promise<string | undefined> {
  onTestFinished(() => void socket.destroy());
  let got = "";
  socket.on("data", (chunk: Buffer) => {
    got += chunk.toString("latin1");
    if (got.endsWith("\r\n\r\n")) socket.write(frame(ASK_JSON));
  });
  socket.write(request);
  const signal = AbortSignal.timeout(LIMIT_MS);
  for (;;) {
    const [, address] = /\[3,1,"([^"]*)"\]/.exec(got) ?? [];
    if (address !== undefined) return address;
    if (got.startsWith("HTTP/1.1 400 ")) return REFUSED;
    await once(socket, "data", { signal });
  }
}

/** Connects behind a PROXY header, and asks who that is. */
async function addressBehind(port: number, header: Buffer): Promise<string | undefined> {
  return whoAmI(await openSocket(port), Buffer.concat([header, ASK]));
}

describe("behind a trusted proxy that speaks the PROXY protocol", () => {
  it("a connection is its client's, whatever the header's version, in one piece or in many, and many at once", async () => {
    const { port } = await start();
    const headers: [header: Buffer, address: string][] = [
      [line("TCP4 198.51.100.1 10.0.0.1 4711 443"), "198.51.100.1"],
      [line("TCP6 2001:db8::1 ::1 4711 443"), "2001:db8::1"],
      [tcp4("198.51.100.2"), "198.51.100.2"],
      [tcp6("20010db8000000000000000000000002"), "2001:db8::2"],
      // with more in it
      [tcp4("198.51.100.3", Buffer.alloc(600, 1)), "198.51.100.3"],
      // the proxy itself
      [version2(0x20, 0, Buffer.alloc(0)), "127.0.0.1"],
    ];
    for (const [header, address] of headers) {
      expect(await addressBehind(port, header)).toBe(address);
      const parts = [...[...header].map((byte) => Buffer.of(byte)), ASK];
      expect(await exchange(port, parts, /\r\n\r\n/)).toMatch(/^HTTP\/1\.1 101 /);
    }
    const clients = Array.from({ length: 60 }, (_, index) => `198.51.100.${index + 1}`);
    const found = await Promise.all(clients.map((client) => addressBehind(port, tcp4(client))));
    expect(found).toEqual(clients);
  });

  it("hangs up without a word on no header, on what is none, and on one without end; plain requests are answered once", async () => {
    const { port } = await start();
    for (const bytes of [ASK, Buffer.from("PROXY TCP4 nobody\r\n\r\n"), Buffer.from(`PROXY ${"x".repeat(500)}`)]) {
      expect(await exchange(port, [bytes])).toBe("");
    }
    const got = await exchange(port, [
      Buffer.concat([tcp4("198.51.100.1"), Buffer.from("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")]),
    ]);
    expect(got).toMatch(/^HTTP\/1\.1 200 .*connection: close.*ready\n$/is);
  });

  // handshakeMs
  it("hangs up where the header does not come in time, and serves others meanwhile", async () => {
    const { port } = await start({ HANDSHAKE_MS: "1000" });
    const stalled = [exchange(port, []), exchange(port, ["PROXY "]), exchange(port, [tcp4("1.1.1.1").subarray(0, 20)])];
    expect(await addressBehind(port, tcp4("198.51.100.1"))).toBe("198.51.100.1");
    expect(await Promise.all(stalled)).toEqual(["", "", ""]);
  });

  it("a client cannot add a header of its own", async () => {
    // what is upgraded behind a first request hangs, by uWebSockets.js, until a heartbeat is missed
    const { port } = await start({ HEARTBEAT_MS: "500" });
    const header = tcp4("198.51.100.1");
    // uWebSockets.js reads over one of version 2, and its word is not asked for
    expect(["198.51.100.1", REFUSED]).toContain(await addressBehind(port, Buffer.concat([header, tcp4("1.1.1.1")])));
    const other = line("TCP4 1.1.1.1 10.0.0.1 4711 443");
    expect(await exchange(port, [Buffer.concat([header, other, ASK])], /\r\n\r\n/)).not.toMatch(/ 101 /);
    // nor behind a first request
    const more = Buffer.concat([tcp4("1.1.1.1"), ASK, frame(ASK_JSON)]);
    const got = await Promise.all(
      ["/healthz", "/nothing"].map((path) => {
        const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
        return exchange(port, [Buffer.concat([header, request, more])], /\[3,1,"/);
      }),
    );
    for (const answers of got) expect(answers).not.toContain("1.1.1.1");
  });

  it("stands before TLS as well", async () => {
    const { cert, key } = makeCertificate();
    const { port } = await start({ TLS_CERT: "cert.pem", TLS_KEY: "key.pem" }, { "cert.pem": cert, "key.pem": key });
    const socket = await openSocket(port);
    socket.write(line("TCP4 198.51.100.9 10.0.0.1 4711 443"));
    const secure = connectTls({ socket, ca: cert, servername: "localhost" });
    onTestFinished(() => void secure.destroy());
    await once(secure, "secureConnect", { signal: AbortSignal.timeout(LIMIT_MS) });
    expect(await whoAmI(secure, ASK)).toBe("198.51.100.9");
  });
});

describe("a header of somebody who is not trusted", () => {
  const OTHERS = { TRUSTED_PROXIES: "127.0.0.2" };

  it("is refused; or read over, and changes nothing", async () => {
    for (const env of [
      OTHERS,
      { ...OTHERS, PROXY_PROTOCOL: "off" },
      { ...OTHERS, BALANCE: "kernel", PROXY_PROTOCOL: "off" },
    ]) {
      const { port } = await start(env);
      expect(["127.0.0.1", REFUSED]).toContain(await addressBehind(port, tcp4("1.1.1.1")));
      expect(
        await exchange(port, [Buffer.concat([line("TCP4 1.1.1.1 10.0.0.1 4711 443"), ASK])], /\r\n\r\n/),
      ).not.toMatch(/ 101 /);
      expect(await addressBehind(port, Buffer.alloc(0))).toBe("127.0.0.1");
    }
  });
});

describe("X-Forwarded-For", () => {
  const asks = async (cluster: Cluster, forwarded: string) => {
    const client = await cluster.connect({ headers: { "X-Forwarded-For": forwarded } });
    return client.ask([2, 1, "whoAmI"]);
  };

  it.each(["round-robin", "kernel"])("is believed of a trusted proxy: %s", async (BALANCE) => {
    const cluster = await startCluster({ app: APP, env: { BALANCE, TRUSTED_PROXIES: "127.0.0.0/8, 10.0.0.0/8" } });
    expect(await asks(cluster, "1.1.1.1, 198.51.100.1, 10.0.0.5")).toEqual([3, 1, "198.51.100.1"]);
  });

  it("is not believed of anybody else, nor behind a PROXY header that names somebody else", async () => {
    const cluster = await startCluster({ app: APP });
    expect(await asks(cluster, "198.51.100.1")).toEqual([3, 1, "127.0.0.1"]);
    const { port } = await start();
    const forwarded = handshakeRequest({ headers: { "X-Forwarded-For": "1.1.1.1" } }, KEY);
    const request = Buffer.concat([tcp4("198.51.100.1"), Buffer.from(forwarded)]);
    expect(await whoAmI(await openSocket(port), request)).toBe("198.51.100.1");
  });
});
