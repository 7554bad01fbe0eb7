import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { Kind } from "../shared/message.ts";
import { type CertificateOptions, makeCertificate, type TestCertificate } from "./test/certificates.ts";
import { type Cluster, startCluster } from "./test/cluster.ts";
import { eventually } from "./test/patience.ts";
import { shareClusters } from "./test/shared-clusters.ts";

const sharedCluster = shareClusters();
const APP = `export const app = defineApp({
  procedures: { echo: (data) => data },
  channels: { news: {} },
});`;

/** Where a server's certificate and key are, which may become others. */
class Pair {
  readonly env: Readonly<Record<string, string>>;
  readonly #folder = mkdtempSync(join(tmpdir(), "fugitive-tls-"));
  current: TestCertificate;

  constructor(options: CertificateOptions = {}) {
    this.current = this.renew(options);
    this.env = { TLS_CERT: this.path("cert"), TLS_KEY: this.path("key") };
    if (options.passphrase !== undefined) this.env = { ...this.env, TLS_PASSPHRASE: options.passphrase };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  path(name: string): string {
    return join(this.#folder, name);
  }

  /** Puts another pair into the place of the one that is there, as whoever renews certificates does. */
  renew(options: CertificateOptions = {}): TestCertificate {
    this.current = makeCertificate(options);
    this.write(this.current.cert, this.current.key);
    return this.current;
  }

  write(cert: string, key: string): void {
    for (const [name, pem] of Object.entries({ cert, key })) {
      writeFileSync(this.path("new"), pem);
      renameSync(this.path("new"), this.path(name));
    }
  }
}

/** Starts a server with a pair of its own. */
async function start(options: CertificateOptions): Promise<Cluster> {
  const own = new Pair(options);
  onTestFinished(() => own.remove());
  return startCluster({ app: APP, env: own.env });
}

/** The pair of the servers that tests share; each test leaves one there that can be used. */
const pair = new Pair();
afterAll(() => pair.remove());

/** One server for all that start it alike, which offers the pair. A single process has no control port to be shared by. */
async function share(env: Record<string, string> = {}): Promise<Cluster> {
  const cluster = await (env.WORKERS === "0" ? startCluster : sharedCluster)({
    app: APP,
    env: { ...pair.env, ...env },
  });
  await allOffer(cluster, pair.current);
  return cluster;
}

/** Whether a new connection gets a certificate. */
function offers({ port }: Cluster, { cert }: TestCertificate): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTls({ port, host: "127.0.0.1", ca: cert });
    socket.on("secureConnect", () => resolve(true));
    socket.on("error", () => resolve(false));
    onTestFinished(() => void socket.destroy());
  });
}

/** Waits until all processes offer a certificate: many times in a row, as the kernel gives no turns. */
async function allOffer(cluster: Cluster, certificate: TestCertificate): Promise<void> {
  await eventually(async () => {
    for (let times = 0; times < 12; times++) {
      if (!(await offers(cluster, certificate))) throw new Error("The certificate is not offered.");
    }
  });
}

const WAYS = [
  ["round robin", {}],
  ["the kernel's balance", { BALANCE: "kernel" }],
  ["one single process", { WORKERS: "0" }],
] as const;

describe.each(WAYS)("with a certificate, in %s", (_, env) => {
  it("clients are served, and what is not encrypted is not", async () => {
    const cluster = await share(env);
    const record = cluster.records.find(({ msg }) => msg === "serving");
    expect(record?.addresses).toMatchObject({ public: [`https://127.0.0.1:${cluster.port}`] });
    const ca = pair.current.cert;
    for (const format of ["json", "msgpack"] as const) {
      const client = await cluster.connect({ ca, format });
      expect(await client.ask([2, 1, "echo", "x".repeat(200_000)])).toEqual([3, 1, "x".repeat(200_000)]);
    }
    const status = await new Promise((resolve, reject) => {
      get({ host: "127.0.0.1", port: cluster.port, path: "/client.js", ca, agent: false }, (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode));
      }).on("error", reject);
    });
    expect(status).toBe(200);
    await expect(cluster.connect()).rejects.toThrow();
  });

  it("a new one is for new connections, the old ones stay, and a publication reaches all", async () => {
    const cluster = await share(env);
    const old = await Promise.all([1, 2, 3].map(() => cluster.connect({ ca: pair.current.cert })));
    for (const client of old) await client.ask([Kind.SUBSCRIBE, 1, "news"]);
    const first = pair.current;
    const second = pair.renew({ name: "second" });
    await allOffer(cluster, second);
    expect(await offers(cluster, first)).toBe(false);
    const fresh = await Promise.all([1, 2, 3].map(() => cluster.connect({ ca: second.cert })));
    for (const client of fresh) await client.ask([Kind.SUBSCRIBE, 1, "news"]);
    const third = pair.renew({ name: "third" });
    await allOffer(cluster, third);
    await (await cluster.connect({ ca: third.cert })).ask([Kind.PUBLISH, 1, "news", "hello"]);
    for (const client of [...old, ...fresh]) {
      expect(JSON.stringify(await client.next())).toContain("hello");
      expect(await client.ask([2, 7, "echo", "still"])).toEqual([3, 7, "still"]);
    }
  });
});

it("a pair that cannot be used changes nothing but the log, and the next one is used", async () => {
  const cluster = await share();
  const { current } = pair;
  const other = makeCertificate();
  pair.write(other.cert, current.key);
  await cluster.logged(/^the new certificate is not used, the old one stays: the key .* is not that of/, 2);
  await allOffer(cluster, current);
  const expired = makeCertificate({ days: -1 });
  pair.write(expired.cert, expired.key);
  await cluster.logged(/^the new certificate is not used, the old one stays: .* expired already/, 2);
  await allOffer(cluster, current);
  await allOffer(cluster, pair.renew());
  await cluster.logged(/^new connections get the new certificate, good until /, 2);
});

it("a rolling restart takes the certificate that is there", async () => {
  const cluster = await share();
  const client = await cluster.connect({ ca: pair.current.cert });
  const next = pair.renew();
  expect((await cluster.post("/reload")).status).toBe(202);
  await cluster.logged("rolling restart: done");
  await allOffer(cluster, next);
  await client.closed;
});

it("this project's own client connects where its authority is known, and only there", async () => {
  const { port } = await share();
  const library = JSON.stringify(new URL("../dist/client/node.js", import.meta.url).href);
  const code = `
    import { connect } from ${library};
    const client = connect("wss://localhost:${port}");
    client.on("error", () => process.exit(3));
    setTimeout(() => process.exit(4), 10_000);
    await client.ready;
    process.stdout.write(await client.call("echo", "encrypted"), () => process.exit(0));`;
  const run = async (env: Record<string, string>) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", code], { env: { ...process.env, ...env } });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    await once(child, "close");
    return said;
  };
  expect(await run({ NODE_EXTRA_CA_CERTS: pair.path("cert") })).toBe("encrypted");
  expect(await run({})).toBe("");
});

it("an encrypted key is opened by its passphrase, which is nowhere in the log; versions of TLS before 1.2 are refused", async () => {
  const passphrase = "hunter2-hunter2";
  const locked = new Pair({ passphrase });
  onTestFinished(() => locked.remove());
  const cluster = await startCluster({ app: APP, env: locked.env });
  const { port } = cluster;
  const speaks = (version: "TLSv1.1" | "TLSv1.2" | "TLSv1.3") =>
    new Promise((resolve) => {
      const versions = { minVersion: version, maxVersion: version, ciphers: "DEFAULT@SECLEVEL=0" };
      const socket = connectTls({ port, host: "127.0.0.1", ca: locked.current.cert, ...versions });
      socket.on("secureConnect", () => resolve(socket.getProtocol()));
      socket.on("error", () => resolve("refused"));
      onTestFinished(() => void socket.destroy());
    });
  expect(await speaks("TLSv1.1")).toBe("refused");
  expect(await speaks("TLSv1.2")).toBe("TLSv1.2");
  expect(await speaks("TLSv1.3")).toBe("TLSv1.3");
  expect(cluster.stderr + JSON.stringify(cluster.records)).not.toContain(passphrase);
});

describe("at the start", () => {
  it("a certificate that is about to expire is warned of", async () => {
    const soon = await start({ days: 3 });
    await soon.logged(/^the certificate of localhost, 127\.0\.0\.1 expires in [23] days$/);
    const over = await start({ days: -3 });
    await over.logged("the certificate of localhost, 127.0.0.1 has expired, and clients refuse it");
  });

  it.each(["2", "0"])(
    "a pair that cannot be used ends it at once, with a plain reason: %s workers",
    async (WORKERS) => {
      const wrong = new Pair();
      onTestFinished(() => wrong.remove());
      wrong.write(wrong.current.cert, makeCertificate().key);
      const failed = startCluster({ app: APP, env: { ...wrong.env, WORKERS } });
      await expect(failed).rejects.toThrow(
        `fugitive: the key ${wrong.path("key")} is not that of the first certificate in ${wrong.path("cert")}`,
      );
    },
  );
});
