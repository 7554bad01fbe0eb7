import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** Runs a command of `tools/` for one test. @returns what it wrote, and how it ended */
export async function runCommand(name: "chaos" | "fuzz" | "stress", ...args: string[]) {
  const command = fileURLToPath(new URL(`../../tools/${name}.mjs`, import.meta.url));
  const child = spawn(process.execPath, [command, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exited = new Promise((resolve) => {
    child.once("close", resolve);
  });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { output: output + errors, code: await exited };
}
