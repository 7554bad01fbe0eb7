import { quickReport } from "../../system/quick-report.ts";
import { type Check, ok, warning } from "../check.ts";

export const libc: Check = {
  name: "C library",
  run() {
    if (process.platform !== "linux") return [];
    const { header } = quickReport() as { header: { glibcVersionRuntime?: string } };
    const { glibcVersionRuntime: version } = header;
    if (version !== undefined) return [ok(`glibc ${version}`)];
    return [
      warning("none that is glibc, such as musl", "use a system with glibc: node:22-slim rather than node:22-alpine"),
    ];
  },
};
