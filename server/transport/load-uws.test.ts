import { describe, expect, it } from "vitest";
import { explainMissing, loadUws, UWS_FILE } from "./load-uws.ts";

/** As the package says it. */
const failure = (reason: string) =>
  new Error(`This version of uWS.js supports only Node.js versions 18, 20, 21 and 22\n\nError: ${reason}`);

describe("why uWebSockets.js does not load", () => {
  it.each([
    [failure("Cannot find module './bin/uws_x.node'\nRequire stack:\n- /a/b.mjs"), "uWebSockets.js has no uws_x.node"],
    [
      failure("Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by uws_x.node)"),
      "uWebSockets.js cannot load uws_x.node: Error: Error loading shared library ld-linux-x86-64.so.2: " +
        "No such file or directory (needed by uws_x.node)",
    ],
    [new Error("plain"), "uWebSockets.js cannot load uws_x.node: plain"],
    ["no error", "uWebSockets.js cannot load uws_x.node: no error"],
    [
      Object.assign(new Error("Cannot find package 'uWebSockets.js'"), { code: "ERR_MODULE_NOT_FOUND" }),
      "uWebSockets.js is not installed",
    ],
  ])("is said in one line: %s", (error, expected) => {
    expect(explainMissing(error, "uws_x.node")).toBe(expected);
  });

  it("is found out by loading it", async () => {
    const { file, missing } = await loadUws();
    expect(file).toBe(UWS_FILE);
    // where it has a binary it loads, and elsewhere the file is named
    expect(missing ?? UWS_FILE).toContain(UWS_FILE);
  });
});
