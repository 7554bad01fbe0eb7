import { Worker } from "node:worker_threads";
import { CALL, DONE, FAILED, RESULT, SET_UP, START } from "./message.ts";
import { checkAttached } from "./node-transfer.ts";
import type { SpawnWorker } from "./worker-link.ts";

const ASKS = [START, SET_UP, CALL] as readonly unknown[];
const ANSWERS = [DONE, RESULT, FAILED] as readonly unknown[];

/** Starts threads of Node.js, which are to a process what web workers are to a page. */
export function nodeThreads(file: string | URL, name: string): SpawnWorker {
  return ({ message, failed, lost }) => {
    const worker = new Worker(file, {
      name,
      execArgv: process.execArgv.filter((flag) => !flag.startsWith("--input-type")),
    });
    let ready = false;
    let unloadable = false;
    let unanswered = 0;
    worker.on("message", (data: readonly unknown[]) => {
      ready = true;
      // a thread that has nothing to do does not keep the process from ending
      if (ANSWERS.includes(data[0]) && --unanswered === 0) worker.unref();
      message(data);
    });
    worker.on("messageerror", () => lost("sent what cannot be read"));
    worker.on("error", (error) => {
      if (ready) lost(`died: ${error.message}`);
      else {
        // that it has ended is told next, in the same breath where a lot is going on, and says less
        unloadable = true;
        failed(String(error));
      }
    });
    worker.on("exit", (code) => unloadable || lost(`ended with exit code ${code}`));
    return {
      post(data, transfer) {
        checkAttached(transfer);
        worker.postMessage(data, (transfer ?? []) as never);
        if (ASKS.includes((data as readonly unknown[])[0]) && ++unanswered === 1) worker.ref();
      },
      terminate: () => void worker.terminate(),
    };
  };
}
