import type { Logger } from "../logger.ts";
import { readCertificate, type TlsFiles, tlsFiles } from "../transport/certificate.ts";

const DAY_MS = 86_400_000;
/** With less than this left, in days, whatever should have renewed a certificate did not. */
const SOON_DAYS = 14;

/**
 * Checks certificate and key before anything is started with them, throwing what is wrong, and warns of one that is about
 * to expire: now, and once a day.
 * @returns what ends that
 */
export function checkCertificate(config: TlsFiles, log: Pick<Logger, "warn">): () => void {
  const files = tlsFiles(config);
  if (files === undefined) return () => undefined;
  warn(files, log);
  const timer = setInterval(() => {
    try {
      warn(files, log);
    } catch (error) {
      log.warn(`the certificate cannot be renewed: ${(error as Error).message}`);
    }
  }, DAY_MS).unref();
  return () => clearInterval(timer);
}

function warn(files: TlsFiles, log: Pick<Logger, "warn">): void {
  const { names, until } = readCertificate(files);
  const days = (until.getTime() - Date.now()) / DAY_MS;
  if (days > SOON_DAYS) return;
  const expiry = days > 0 ? `expires in ${Math.floor(days)} days` : "has expired, and clients refuse it";
  log.warn({ cert: files.cert, until: until.toISOString() }, `the certificate of ${names} ${expiry}`);
}
