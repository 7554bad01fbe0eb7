// Runs in the page of bench/centaurus.mjs: small calls to one web worker, by Centaurus and by others, in turn.

import { Centaurus } from "/centaurus.mjs";
import * as Comlink from "/comlink.mjs";

const PIPELINED = 4_000;
const SEQUENTIAL = 400;

/** A web worker that is spoken to by hand: what nobody can be faster than. */
function bare() {
  const worker = new Worker("/bare.worker.js");
  const waiting = new Map();
  let last = 0;
  worker.onmessage = ({ data: [id, value] }) => {
    waiting.get(id)(value);
    waiting.delete(id);
  };
  return (a, b) =>
    new Promise((resolve) => {
      waiting.set(++last, resolve);
      worker.postMessage([last, a, b]);
    });
}

async function arms() {
  const C = new Centaurus("/centaurus.worker.js");
  await C.register({ sum: (a, b) => a + b });
  const exposed = Comlink.wrap(new Worker("/comlink.worker.js"));
  const pool = globalThis.workerpool.pool("/workerpool.worker.js", { minWorkers: 1, maxWorkers: 1 });
  return {
    "bare messages": bare(),
    Centaurus: (a, b) => C.sum(a, b),
    Comlink: (a, b) => exposed.sum(a, b),
    workerpool: (a, b) => pool.exec("sum", [a, b]),
  };
}

async function pipelined(sum) {
  const started = performance.now();
  const calls = [];
  for (let call = 0; call < PIPELINED; call++) calls.push(sum(call, 1));
  await Promise.all(calls);
  return ((performance.now() - started) / PIPELINED) * 1_000;
}

async function sequential(sum) {
  const started = performance.now();
  for (let call = 0; call < SEQUENTIAL; call++) await sum(call, 1);
  return ((performance.now() - started) / SEQUENTIAL) * 1_000;
}

/** Microseconds of a call, by arm, of one round after the other. */
globalThis.measureCalls = async (rounds) => {
  const all = Object.entries(await arms());
  const costs = Object.fromEntries(all.map(([name]) => [name, { pipelined: [], sequential: [] }]));
  // the first round is for the compiler
  for (let round = 0; round <= rounds; round++) {
    for (const [name, sum] of all) {
      const cost = { pipelined: await pipelined(sum), sequential: await sequential(sum) };
      if (round === 0) continue;
      costs[name].pipelined.push(cost.pipelined);
      costs[name].sequential.push(cost.sequential);
    }
  }
  return costs;
};

/** Hashes for so long, in a web worker or in the page. @returns how many hashes */
globalThis.hashFor = async (ms, inWebWorker) => {
  const hash = (limit) => {
    const end = performance.now() + limit;
    let hashes = 0;
    for (let state = 1; performance.now() < end; hashes++) {
      for (let step = 0; step < 10_000; step++) state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    }
    return hashes;
  };
  if (!inWebWorker) return hash(ms);
  globalThis.hashing ??= await new Centaurus("/centaurus.worker.js").register({ hash });
  return globalThis.hashing.hash(ms);
};
globalThis.isReady = true;
