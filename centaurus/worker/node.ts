// What a thread of Node.js runs.
import { parentPort } from "node:worker_threads";
import type { WorkerBound } from "../message.ts";
import { checkAttached } from "../node-transfer.ts";
import { loadModule, loadScript } from "./node-load.ts";
import { WorkerRuntime } from "./runtime.ts";

if (parentPort === null) throw new Error("This is for threads: new Centaurus() starts them.");
const port = parentPort;
// functions may have been written for web workers
Object.assign(globalThis, { self: globalThis });
const runtime = new WorkerRuntime({
  post(message, transfer) {
    checkAttached(transfer);
    port.postMessage(message, transfer as never);
  },
  modules: false,
  loadScript,
  loadModule,
});
port.on("message", (message: WorkerBound) => runtime.received(message));
// a thread that cannot read a message would let it be waited for in vain
port.on("messageerror", () => process.exit(1));
process.on("uncaughtException", (error) => runtime.uncaught(error));
process.on("unhandledRejection", (error) => runtime.uncaught(error));
