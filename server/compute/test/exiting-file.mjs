import { isMainThread } from "node:worker_threads";

export const task = () => "never";

if (!isMainThread) process.exit(3);
