// The entry of `npm start`: `fugitive serve` with the arguments given.
import { runProcess } from "./run-process.ts";

await runProcess(["serve", ...process.argv.slice(2)]);
