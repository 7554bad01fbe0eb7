import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { OPTIONS } from "../config/options.ts";
import { StartError } from "../start-error.ts";
import { makeCertificate } from "../test/certificates.ts";
import { readCertificate, tlsFiles } from "./certificate.ts";

const ciphers = OPTIONS.ciphers.default;

/** Writes two files, whatever is in them. */
function files(certificate: string | undefined, secret: string | undefined, keyPassphrase = "") {
  const folder = mkdtempSync(join(tmpdir(), "fugitive-tls-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  if (certificate !== undefined) writeFileSync(cert, certificate);
  if (secret !== undefined) writeFileSync(key, secret);
  return { folder, cert, key, keyPassphrase, ciphers };
}

/** The reason for which a pair cannot be used, with NAMES instead of paths. */
function reason(given: ReturnType<typeof files>): string {
  try {
    readCertificate(given);
  } catch (error) {
    expect(error).toBeInstanceOf(StartError);
    return (error as Error).message.replaceAll(given.cert, "CERT").replaceAll(given.key, "KEY");
  }
  return "nothing";
}

const ONE = makeCertificate({ name: "one" });
const OTHER = makeCertificate({ name: "other" });
const LOCKED = makeCertificate({ passphrase: "open sesame" });

describe("a certificate and its key", () => {
  it("are read, with whom they are for and how long they are good", () => {
    const given = files(ONE.cert, ONE.key);
    const { names, until } = readCertificate(given);
    expect(names).toBe("localhost, 127.0.0.1");
    expect(until).toEqual(new Date(new X509Certificate(ONE.cert).validTo));
  });

  it("are others where either file is another one", () => {
    const one = readCertificate(files(ONE.cert, ONE.key)).digest;
    expect(readCertificate(files(ONE.cert, ONE.key)).digest).toBe(one);
    expect(readCertificate(files(OTHER.cert, OTHER.key)).digest).not.toBe(one);
    expect(readCertificate(files(ONE.cert + OTHER.cert, ONE.key)).digest).not.toBe(one);
  });

  it("may have an encrypted key", () => {
    expect(reason(files(LOCKED.cert, LOCKED.key, "open sesame"))).toBe("nothing");
  });

  it.each([
    ["no certificate", [undefined, ONE.key], "the certificate CERT cannot be read: there is no such file"],
    ["no key", [ONE.cert, undefined], "the key KEY cannot be read: there is no such file"],
    ["an empty certificate", ["", ONE.key], "CERT is no certificate in PEM"],
    ["the files swapped", [ONE.key, ONE.cert], "CERT is no certificate in PEM"],
    ["half a certificate", [ONE.cert.slice(0, 300), ONE.key], "CERT is no certificate in PEM"],
    ["a certificate as the key", [ONE.cert, ONE.cert], "KEY is no private key in PEM"],
    ["another's key", [ONE.cert, OTHER.key], "the key KEY is not that of the first certificate in CERT"],
    [
      "others before its own",
      [OTHER.cert + ONE.cert, ONE.key],
      "the key KEY is not that of the first certificate in CERT",
    ],
    ["an encrypted key", [LOCKED.cert, LOCKED.key], "the key KEY is encrypted: set TLS_PASSPHRASE"],
    [
      "another passphrase",
      [LOCKED.cert, LOCKED.key, "hunter2"],
      "KEY is no private key in PEM that TLS_PASSPHRASE opens",
    ],
  ] as [string, Parameters<typeof files>, string][])(
    "cannot be used with %s, which is said by name",
    (_, given, expected) => {
      expect(reason(files(...given))).toBe(expected);
    },
  );

  it("cannot be a folder, or use ciphers that nobody knows", () => {
    const given = files(ONE.cert, ONE.key);
    expect(reason({ ...given, cert: given.folder })).toMatch(/^the certificate .* cannot be read: it is a folder$/);
    expect(reason({ ...given, ciphers: "ROT13" })).toBe("none of these ciphers is known: ROT13");
  });
});

it("without both files there is no encryption", () => {
  const none = { cert: "", key: "", keyPassphrase: "", ciphers };
  expect(tlsFiles(none)).toBeUndefined();
  expect(tlsFiles({ ...none, cert: "a", key: "b" })).toEqual({ ...none, cert: "a", key: "b" });
});
