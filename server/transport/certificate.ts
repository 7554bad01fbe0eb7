import { createHash, createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext, DEFAULT_CIPHERS, type SecureContext } from "node:tls";
import { StartError } from "../start-error.ts";

/** What connections are encrypted with. */
export interface TlsFiles {
  /** Path of a PEM file: the certificate, then those between it and its authority. */
  readonly cert: string;
  /** Path of a PEM file: its private key. */
  readonly key: string;
  /** What the key is encrypted with; empty where it is not. */
  readonly keyPassphrase: string;
  /** Ciphers of TLS 1.2, in OpenSSL's words. */
  readonly ciphers: string;
}

/** A certificate that can be used. */
export interface Certificate {
  /** Whom it is for, as people read it. */
  readonly names: string;
  readonly until: Date;
  /** Other files have another one. */
  readonly digest: string;
  /** What `node:tls` encrypts with. */
  readonly context: SecureContext;
}

/** Those of TLS 1.3, which are not the configuration's: without them Node.js would speak 1.2 only. */
const FIXED_CIPHERS = DEFAULT_CIPHERS.split(":").filter((name) => name.startsWith("TLS_"));

const REASONS: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "there is no such file"],
  ["EACCES", "this user may not read it"],
  ["EISDIR", "it is a folder"],
]);

/** The files' options, where there are any. */
export function tlsFiles(config: TlsFiles): TlsFiles | undefined {
  const { cert, key, keyPassphrase, ciphers } = config;
  return cert === "" || key === "" ? undefined : { cert, key, keyPassphrase, ciphers };
}

/** Reads certificate and key. Throws a {@link StartError} that names the file which is to blame. */
export function readCertificate({ cert, key, keyPassphrase, ciphers }: TlsFiles): Certificate {
  const certPem = read("certificate", cert);
  const keyPem = read("key", key);
  const certificate = parseCertificate(cert, certPem);
  const privateKey = parseKey(key, keyPem, keyPassphrase);
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new StartError(`the key ${key} is not that of the first certificate in ${cert}`);
  }
  let context: SecureContext;
  try {
    context = createSecureContext({
      ...{ cert: certPem, key: keyPem, minVersion: "TLSv1.2", ciphers: [...FIXED_CIPHERS, ciphers].join(":") },
      ...(keyPassphrase && { passphrase: keyPassphrase }),
    });
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    if (code === "ERR_SSL_NO_CIPHER_MATCH") throw new StartError(`none of these ciphers is known: ${ciphers}`);
    throw new StartError(`the certificate ${cert} and the key ${key} cannot be used: ${message}`, { cause: error });
  }
  return {
    names:
      certificate.subjectAltName?.replaceAll(/\b(DNS|IP Address):/g, "") ?? certificate.subject.replaceAll("\n", ", "),
    until: new Date(certificate.validTo),
    digest: createHash("sha256").update(certPem).update("\0").update(keyPem).digest("hex"),
    context,
  };
}

function read(what: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    throw new StartError(`the ${what} ${path} cannot be read: ${REASONS.get(code) ?? message}`, { cause: error, code });
  }
}

function parseCertificate(path: string, pem: Buffer): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new StartError(`${path} is no certificate in PEM`, { cause: error });
  }
}

function parseKey(path: string, pem: Buffer, passphrase: string): KeyObject {
  try {
    return createPrivateKey({ key: pem, format: "pem", ...(passphrase && { passphrase }) });
  } catch {
    if (passphrase === "" && pem.includes("ENCRYPTED")) {
      throw new StartError(`the key ${path} is encrypted: set TLS_PASSPHRASE`);
    }
    // the reason that OpenSSL gives might tell of the key
    if (passphrase !== "") throw new StartError(`${path} is no private key in PEM that TLS_PASSPHRASE opens`);
    throw new StartError(`${path} is no private key in PEM`);
  }
}
