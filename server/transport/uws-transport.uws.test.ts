import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { OPTIONS } from "../config/options.ts";
import { makeCertificate } from "../test/certificates.ts";
import { loadDuplicate } from "./adopt.ts";
import { createFront } from "./front.ts";
import { publicTransportSuite } from "./test/public-suite.ts";
import { slowSuite } from "./test/slow-suite.ts";
import { createUwsTransport } from "./uws-transport.ts";

publicTransportSuite("over uWebSockets.js", createUwsTransport);

// uWebSockets.js does this by itself, after 8 to 12 seconds: its timers turn every four
slowSuite("over uWebSockets.js", createUwsTransport);

it("connections can be handed over on this system", async () => {
  expect(typeof (await loadDuplicate())).toBe("function");
});

it("uWebSockets.js opens an encrypted key", () => {
  const folder = mkdtempSync(join(tmpdir(), "fugitive-tls-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const made = makeCertificate({ passphrase: "open sesame" });
  writeFileSync(cert, made.cert);
  writeFileSync(key, made.key);
  createFront({ cert, key, keyPassphrase: "open sesame", ciphers: OPTIONS.ciphers.default }).close();
});
