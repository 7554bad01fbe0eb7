import { readOpenFilesLimit } from "../../../server/primary/open-files-limit.ts";
import { type Check, ok, problem, warning } from "../check.ts";
import { count } from "../words.ts";

/** What a process has open beside connections: about so much, by docs/INSTALL.md. */
const OWN_FILES = 74;
/** Fewer would not do for a test of a few people. */
const FEWEST = 256;
/** More than this, and it is memory or cores that run out first. */
const PLENTY = 65_536;

export const openFiles: Check = {
  name: "open files",
  run({ config }) {
    const limits = readOpenFilesLimit();
    return limits === undefined ? [] : [judgeOpenFiles(limits.hard, Math.max(1, config.workers))];
  },
};

/** Node.js raises the soft limit to the hard one as it starts: only this one counts. */
export function judgeOpenFiles(hard: number, processes: number) {
  const each = Math.max(0, hard - OWN_FILES);
  const found = `${count(hard)} for each process: about ${count(each * processes)} connections in ${processes} of them`;
  const remedy =
    "ulimit -n 1048576 before the start; LimitNOFILE=1048576 in a systemd unit; --ulimit nofile=1048576:1048576 for docker run";
  if (hard < FEWEST) return problem(found, remedy);
  return hard < PLENTY ? warning(found, remedy) : ok(found);
}
