import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A file by which tasks and tests tell each other something. */
export interface Mark {
  readonly path: string;
  readonly exists: boolean;
  /** What was written; empty where there is no file yet. */
  readonly text: string;
  write(text?: string): void;
}

/** A folder for one test. */
export function marks(): (name: string) => Mark {
  const folder = mkdtempSync(join(tmpdir(), "fugitive-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return (name) => {
    const path = join(folder, name);
    return {
      path,
      get exists() {
        return existsSync(path);
      },
      get text() {
        return existsSync(path) ? readFileSync(path, "utf8") : "";
      },
      write: (text = "") => writeFileSync(path, text),
    };
  };
}
