// A process of its own, whose clients do nothing but call now and then: what becomes of them is what becomes of everybody
// who has no part in an attack. Tells its parent of latencies when it is asked.
import { RawConnection } from "../stress/raw-connection.mjs";

const RESULT = 3;
const ERROR = 4;
/** Every so many calls ask what the socket worker has to ask the primary. */
const EVERY = 4;
const COUNT = ["$presence", { channel: "here:quiet", count: true }];
const PERIOD_MS = 20;

const [port, count] = process.argv.slice(2).map(Number);
let lost = 0;
let wrong = 0;
/** Calls that were refused for want of room, as what the primary is asked may be. */
let refused = 0;
let latencies = [];
/** When each call that is not answered was made, by its id. */
const asked = new Map();

async function begin(number) {
  const connection = new RawConnection(port, ([kind, id, data]) => {
    const since = asked.get(id);
    asked.delete(id);
    if (since === undefined || !isRight(kind, id, data)) wrong++;
    else latencies.push(performance.now() - since);
  });
  if (!(await connection.opened())) lost++;
  connection.closed.then(() => lost++);
  let id = number;
  setInterval(() => {
    id += count;
    asked.set(id, performance.now());
    connection.send([2, id, ...(isQuestion(id) ? COUNT : ["echo", id])]);
  }, PERIOD_MS);
}

function isQuestion(id) {
  return Math.floor(id / count) % EVERY === 0;
}

function isRight(kind, id, data) {
  if (!isQuestion(id)) return kind === RESULT && data === id;
  if (kind === ERROR && data === "OVERLOADED") {
    refused++;
    return true;
  }
  return kind === RESULT && data.connections === 0;
}

await Promise.all(Array.from({ length: count }, (_, number) => begin(number)));
process.on("message", () => {
  // one that still waits counts with what it has waited
  const now = performance.now();
  const all = [...latencies, ...[...asked.values()].map((since) => now - since)].sort((one, other) => one - other);
  latencies = [];
  const at = (part) => all[Math.min(all.length - 1, Math.floor(all.length * part))] ?? 0;
  process.send({ calls: all.length, median: at(0.5), p99: at(0.99), most: all.at(-1) ?? 0, lost, wrong, refused });
});
process.on("disconnect", () => process.exit());
process.send("ready");
