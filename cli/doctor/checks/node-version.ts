import { type Check, ok, problem, warning } from "../check.ts";

/** On the last of them over `ws`, which another check speaks of. */
const TESTED = [20, 22, 24];
const OLDEST = 20;

export const nodeVersion: Check = {
  name: "Node.js",
  run: () => [judgeNode(process.version)],
};

/** @param version such as `v22.1.0` */
export function judgeNode(version: string) {
  const major = Number(/^v?(\d+)/.exec(version)?.[1]);
  if (!(major >= OLDEST)) return problem(`${version} is too old`, "install Node.js 22");
  if (TESTED.includes(major)) return ok(version);
  return warning(`${version} is none that is tested`, "use Node.js 20 or 22");
}
