// Cannot be loaded while a certain file is there: what happens when, say, a database is away for a while.
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isMainThread, threadId } from "node:worker_threads";

if (!isMainThread && existsSync(join(tmpdir(), `fugitive-test-${process.pid}-broken`))) process.exit(4);

export const fragile = (end) => (end ? process.exit(3) : threadId);
