import { type Certificate, readCertificate, type TlsFiles } from "./certificate.ts";
import { watchFiles } from "./file-watch.ts";

export interface CertificateUser {
  /** Has connections get it from now on. */
  use(certificate: Certificate): void | Promise<void>;
  /** Told of each that is used, and of what keeps one from being used. @default nobody is */
  renewed?: ((text: string, failed: boolean) => void) | undefined;
}

/**
 * Has another certificate used where the files have become another one that can be.
 * @param used that which is used at first
 * @returns what ends it
 */
export function watchCertificate(files: TlsFiles, used: Certificate, user: CertificateUser): () => void {
  let { digest } = used;

  async function renew(): Promise<void> {
    try {
      const certificate = readCertificate(files);
      if (certificate.digest === digest) return;
      if (certificate.until.getTime() < Date.now()) throw new Error(`${files.cert} expired already`);
      await user.use(certificate);
      ({ digest } = certificate);
      user.renewed?.(`new connections get the new certificate, good until ${certificate.until.toISOString()}`, false);
    } catch (error) {
      user.renewed?.(`the new certificate is not used, the old one stays: ${(error as Error).message}`, true);
    }
  }

  return watchFiles([files.cert, files.key], () => void renew());
}
