// Vitest's setup file. Many test files run in one process, one after the other, and share what they have imported. So that
// none can change what another one shows, each fails that leaves something of this behind.
import { afterAll, expect, vi } from "vitest";

const SIGNALS = ["SIGHUP", "SIGINT", "SIGTERM", "SIGUSR1", "SIGUSR2"] as const;
const REPORTS = ["disconnect", "message", "uncaughtException", "unhandledRejection", "warning"] as const;

/** What all files of a process share, and some tests change. */
function shared() {
  const counts = [...SIGNALS, ...REPORTS].map((name) => [name, process.listenerCount(name)]);
  return {
    environment: { ...process.env },
    folder: process.cwd(),
    exitCode: process.exitCode,
    listeners: Object.fromEntries(counts),
    functions: [setTimeout, setInterval, setImmediate, queueMicrotask, Date, performance.now, fetch],
    fakeTimers: vi.isFakeTimers(),
    globals: Object.getOwnPropertyNames(globalThis).filter((name) => !name.startsWith("__")),
  };
}

const before = shared();

// what is registered first comes last
afterAll(() => {
  vi.restoreAllMocks(); // which Vitest does for each file, but only after this
  expect(shared(), "what this file leaves behind").toEqual(before);
});
