import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const load = (file: string) => import(new URL(file, import.meta.url).href);
const { readLine, targetOf } = await load("load-arguments.mjs");

const SCRIPT = fileURLToPath(new URL("../artillery-test.yml", import.meta.url));

describe("npm run load", () => {
  it("takes a script first, and its own flag anywhere; the others are for Artillery", () => {
    expect(readLine([], SCRIPT)).toMatchObject({ script: SCRIPT, rest: [] });
    expect(readLine(["my.yml", "-e", "short", "--app", "app.js", "-o", "report.json"], SCRIPT)).toEqual({
      script: "my.yml",
      rest: ["-e", "short", "-o", "report.json"],
      app: "app.js",
      target: undefined,
      environment: "short",
    });
    expect(readLine(["--target=ws://a", "--app=b.js"], SCRIPT)).toMatchObject({
      script: SCRIPT,
      rest: ["--target=ws://a"],
      app: "b.js",
      target: "ws://a",
    });
    expect(() => readLine(["-t"], SCRIPT)).toThrow("-t needs a value.");
  });

  it("knows where a script has its load go, in each environment, but not what Artillery alone knows", () => {
    expect(targetOf(SCRIPT, undefined)).toBe("ws://127.0.0.1:8080");
    expect(targetOf(SCRIPT, "short")).toBe("ws://127.0.0.1:8080");
    expect(targetOf("script.ts", undefined)).toBeUndefined();
    expect(() => targetOf("gone.yml", undefined)).toThrow("gone.yml");
  });
});
