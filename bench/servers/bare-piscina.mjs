// Hashes on piscina alone, as many in flight as asked for: "start" begins, "stop" tells how many were done.
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";

const IN_FLIGHT = Number(process.argv[2]);
const iterations = Number(process.argv[3]);
const filename = fileURLToPath(new URL("./hash.task.mjs", import.meta.url));
const pool = new Piscina({ filename, name: "hash", minThreads: 1, maxThreads: 1 });
let running = false;
let done = 0;

async function keepBusy() {
  while (running) {
    await pool.run({ iterations });
    done++;
  }
}

process.on("message", (message) => {
  if (message === "start") {
    running = true;
    done = 0;
    for (let index = 0; index < IN_FLIGHT; index++) void keepBusy();
  } else {
    running = false;
    process.send({ done });
  }
});
process.on("disconnect", () => process.exit());
process.send({ port: 0 });
