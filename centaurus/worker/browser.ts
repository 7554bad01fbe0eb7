// `centaurus.worker.js`: what a browser runs in a web worker.
import type { WorkerBound } from "../message.ts";
import type { Movable } from "../platform-types.ts";
import { isModuleWorker, loadModule, loadScript } from "./browser-load.ts";
import { WorkerRuntime } from "./runtime.ts";

/** The parts of a web worker's global scope that are used here; the page's are declared in its place. */
interface Scope {
  postMessage(message: unknown, transfer: Movable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  addEventListener(type: "messageerror", listener: () => void): void;
  addEventListener(type: "error", listener: (event: ErrorEvent) => void): void;
  addEventListener(type: "unhandledrejection", listener: (event: PromiseRejectionEvent) => void): void;
  close(): void;
}

const scope = globalThis as unknown as Scope;
const runtime = new WorkerRuntime({
  post: (message, transfer) => scope.postMessage(message, transfer),
  modules: isModuleWorker(),
  loadScript,
  loadModule,
});
scope.addEventListener("message", ({ data }) => runtime.received(data as WorkerBound));
scope.addEventListener("error", ({ error, message }) => runtime.uncaught(error ?? new Error(message)));
scope.addEventListener("unhandledrejection", ({ reason }) => runtime.uncaught(reason));

// a web worker that closes itself is gone without a word
const close = scope.close.bind(globalThis);
const end = () => {
  runtime.closes();
  close();
};
Object.assign(globalThis, { close: end });
// what cannot be read may have been a call, which would be waited for in vain
scope.addEventListener("messageerror", end);
