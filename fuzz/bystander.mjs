// A process of its own, whose clients do nothing but call now and then: what becomes of them is what becomes of everybody
// who has no part in an attack. Tells its parent of latencies when it is asked.
import { RawConnection } from "../stress/raw-connection.mjs";

const RESULT = 3;
const PERIOD_MS = 20;

const [port, count] = process.argv.slice(2).map(Number);
let lost = 0;
let wrong = 0;
let latencies = [];
/** When each call that is not answered was made, by its id. */
const asked = new Map();

async function begin(number) {
  const connection = new RawConnection(port, ([kind, id, data]) => {
    const since = asked.get(id);
    asked.delete(id);
    if (kind !== RESULT || since === undefined || data !== id) wrong++;
    else latencies.push(performance.now() - since);
  });
  if (!(await connection.opened())) lost++;
  connection.closed.then(() => lost++);
  let id = number;
  setInterval(() => {
    id += count;
    asked.set(id, performance.now());
    connection.send([2, id, "echo", id]);
  }, PERIOD_MS);
}

await Promise.all(Array.from({ length: count }, (_, number) => begin(number)));
process.on("message", () => {
  // one that still waits counts with what it has waited
  const now = performance.now();
  const all = [...latencies, ...[...asked.values()].map((since) => now - since)].sort((one, other) => one - other);
  latencies = [];
  const at = (part) => all[Math.min(all.length - 1, Math.floor(all.length * part))] ?? 0;
  process.send({ calls: all.length, median: at(0.5), p99: at(0.99), most: all.at(-1) ?? 0, lost, wrong });
});
process.on("disconnect", () => process.exit());
process.send("ready");
