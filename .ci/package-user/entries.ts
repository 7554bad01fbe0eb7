import { Centaurus } from "fugitive/centaurus";
import * as gateway from "fugitive/gateway";
import manifest from "fugitive/package.json" with { type: "json" };
import * as simulate from "fugitive/simulate";
import * as task from "fugitive/task";
import * as worker from "fugitive/worker";

const C = new Centaurus();
C.registerFunctions({ add: (resolve: (sum: number) => void, _: unknown, a: number, b: number) => resolve(a + b) });
const five: unknown = await C.add?.(2, 3);
C.terminate();
const names = [gateway, simulate, task, worker].map((entry) => Object.keys(entry).length > 0);
process.stdout.write(`${JSON.stringify([manifest.name, five, ...names])}\n`);
