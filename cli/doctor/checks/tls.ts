import { readCertificate, tlsFiles } from "../../../server/transport/certificate.ts";
import { type Check, ok, problem, warning } from "../check.ts";
import { reasonOf } from "../words.ts";

const DAY_MS = 86_400_000;
/** As the server warns. */
const SOON_DAYS = 14;

export const tls: Check = {
  name: "TLS",
  run({ config }) {
    const files = tlsFiles(config);
    if (files === undefined) return [];
    try {
      const { names, until } = readCertificate(files);
      const days = Math.floor((until.getTime() - Date.now()) / DAY_MS);
      const date = until.toISOString().slice(0, 10);
      const renew = "renew it: a running server takes the new files by itself (docs/TLS.md)";
      if (days < 0) return [problem(`the certificate for ${names} expired on ${date}`, renew)];
      const found = `the certificate for ${names} is good until ${date}, ${days} days`;
      return [days < SOON_DAYS ? warning(found, renew) : ok(found)];
    } catch (error) {
      return [problem(reasonOf(error), "see docs/TLS.md")];
    }
  },
};
