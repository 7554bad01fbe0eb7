import { type Check, ok, warning } from "../check.ts";

/** The report has the addresses of all network interfaces, which may take seconds to be named. */
interface QuickReport {
  excludeNetwork?: boolean;
}

export const libc: Check = {
  name: "C library",
  run() {
    if (process.platform !== "linux") return [];
    (process.report as QuickReport).excludeNetwork = true;
    const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
    const { glibcVersionRuntime: version } = header;
    if (version !== undefined) return [ok(`glibc ${version}`)];
    return [
      warning("none that is glibc, such as musl", "use a system with glibc: node:22-slim rather than node:22-alpine"),
    ];
  },
};
