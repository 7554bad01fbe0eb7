import { existsSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { createBusAddress, siblingPath } from "./bus-address.ts";

describe("the address of a bus", () => {
  it("is a file in a folder of its own, which only this user may enter", () => {
    const one = createBusAddress("linux");
    const other = createBusAddress("linux");
    expect(dirname(one.path)).toBe(one.folder);
    expect(one.folder).not.toBe(other.folder);
    expect(statSync(dirname(one.path)).mode & 0o777).toBe(0o700);
    expect(existsSync(one.path)).toBe(false);
    for (const { path } of [one, other]) rmSync(dirname(path), { recursive: true });
  });

  it("is a pipe on Windows, without a folder, that cannot be guessed", () => {
    const one = createBusAddress("win32");
    expect(one.path).toMatch(/^\\\\\.\\pipe\\fugitive-[0-9a-f]{32}$/);
    expect(one.folder).toBeUndefined();
    expect(createBusAddress("win32").path).not.toBe(one.path);
  });
});

describe("the address beside that of a bus", () => {
  it("is another file in the same folder", () => {
    expect(siblingPath("/tmp/fugitive-1-abc/bus", "compute")).toBe("/tmp/fugitive-1-abc/compute");
  });

  it("is a longer name where pipes know no folders", () => {
    expect(siblingPath("\\\\.\\pipe\\fugitive-0f", "compute")).toBe("\\\\.\\pipe\\fugitive-0f-compute");
  });
});
