import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { eventually } from "../test/patience.ts";
import { watchFiles } from "./file-watch.ts";

const EVERY_MS = 20;

function watched() {
  const folder = mkdtempSync(join(tmpdir(), "fugitive-watch-"));
  const at = (...names: string[]) => join(folder, ...names);
  for (const version of ["1", "2"]) {
    mkdirSync(at(version));
    for (const name of ["cert", "key"]) writeFileSync(at(version, name), `${name} ${version}`);
  }
  // as certbot and Kubernetes keep them: the path leads to a folder that is swapped
  symlinkSync("1", at("live"));
  const paths = [at("live", "cert"), at("live", "key")];
  let changes = 0;
  const stop = watchFiles(paths, () => void changes++, EVERY_MS);
  onTestFinished(() => {
    stop();
    rmSync(folder, { recursive: true });
  });
  const settles = async (count: number) => {
    await eventually(() => expect(changes).toBe(count));
    await sleep(10 * EVERY_MS);
    expect(changes).toBe(count);
  };
  return { at, paths, settles, stop };
}

it("tells nothing while nothing changes", async () => {
  const { settles } = watched();
  await settles(0);
});

it("tells that a file was written to, and of both at once where both were", async () => {
  const { at, settles } = watched();
  writeFileSync(at("1", "cert"), "a longer certificate");
  await settles(1);
  for (const name of ["cert", "key"]) writeFileSync(at("1", name), "new");
  await settles(2);
});

it("tells that a file of the same size and time was moved to its place", async () => {
  const { at, settles } = watched();
  const time = new Date(1_700_000_000_000);
  utimesSync(at("1", "cert"), time, time);
  await settles(1);
  writeFileSync(at("new"), "cert 9");
  utimesSync(at("new"), time, time);
  renameSync(at("new"), at("1", "cert"));
  await settles(2);
});

it("tells that a link leads elsewhere", async () => {
  const { at, settles } = watched();
  symlinkSync("2", at("next"));
  renameSync(at("next"), at("live"));
  await settles(1);
});

it("tells that a file is gone, and that it is there again", async () => {
  const { at, paths, settles } = watched();
  unlinkSync(paths[0] as string);
  await settles(1);
  writeFileSync(at("1", "cert"), "back");
  await settles(2);
});

it("tells nothing once it was ended", async () => {
  const { at, settles, stop } = watched();
  stop();
  writeFileSync(at("1", "cert"), "a longer certificate");
  await settles(0);
});
