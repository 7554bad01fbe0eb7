import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import {
  bits,
  identifier,
  large,
  octets,
  sequence,
  setOf,
  small,
  tagged,
  taggedBytes,
  text,
  time,
  yes,
} from "./der.ts";

const DAY_MS = 86_400_000;

const COMMON_NAME = "550403";
const BASIC_CONSTRAINTS = "551d13";
const ALTERNATIVE_NAMES = "551d11";
const ECDSA_WITH_SHA256 = "2a8648ce3d040302";

/** The names that a test's server has. */
export const SERVER_NAME = "localhost";
const LOOPBACK = Buffer.of(127, 0, 0, 1);

export interface TestCertificate {
  /** In PEM; its own authority, too. */
  readonly cert: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** What tells one from another. @default "test" */
  readonly name?: string;
  /** How long it is good, in days; below 0 it has been over for that long. @default 90 */
  readonly days?: number;
  /** What its key is encrypted with. @default nothing */
  readonly passphrase?: string;
}

/** Makes a certificate that signed itself, for `localhost` and 127.0.0.1. */
export function makeCertificate(options: CertificateOptions = {}): TestCertificate {
  const { name = "test", days = 90, passphrase } = options;
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(identifier(ECDSA_WITH_SHA256));
  const subject = sequence(setOf(sequence(identifier(COMMON_NAME), text(name))));
  const until = new Date(Date.now() + days * DAY_MS);
  const from = new Date(Math.min(Date.now(), until.getTime()) - DAY_MS);
  const names = sequence(taggedBytes(2, Buffer.from(SERVER_NAME)), taggedBytes(7, LOOPBACK));
  const extensions = sequence(
    sequence(identifier(BASIC_CONSTRAINTS), yes(), octets(sequence(yes()))),
    sequence(identifier(ALTERNATIVE_NAMES), octets(names)),
  );
  const content = sequence(
    tagged(0, small(2)),
    large(randomBytes(8)),
    algorithm,
    subject,
    sequence(time(from), time(until)),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    tagged(3, extensions),
  );
  const certificate = sequence(content, algorithm, bits(sign("sha256", content, privateKey)));
  const encryption = passphrase === undefined ? {} : { cipher: "aes-256-cbc", passphrase };
  return {
    cert: pem("CERTIFICATE", certificate),
    key: privateKey.export({ type: "pkcs8", format: "pem", ...encryption }) as string,
  };
}

function pem(what: string, bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${what}-----`, ...lines, `-----END ${what}-----`, ""].join("\n");
}
