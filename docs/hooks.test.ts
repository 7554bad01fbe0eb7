import { describe, expect, it } from "vitest";
import { packageUser } from "../server/test/package-user.ts";
import { optionsOf, read } from "./test/node-process.ts";

const TEXT = read("docs/HOOKS.md");

/** The members of an interface, in their order. */
function membersOf(file: string, name: string): string[] {
  const [, body = ""] = new RegExp(`export interface ${name}[^{]*\\{(.*?)\\n\\}`, "s").exec(read(file)) ?? [];
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)[<(:]/gm)].map(([, member = ""]) => member);
}

/** The first cells of the table below a heading. */
function rowsBelow(heading: string, from = 1): string[] {
  const [, section = ""] = new RegExp(`\n## ${heading}\n(.*?)(?:\n## |$)`, "s").exec(TEXT) ?? [];
  return [...section.matchAll(/^\| `(\w+)` +\|/gm)].map(([, cell = ""]) => cell).slice(from);
}

describe("docs/HOOKS.md", () => {
  it("lists all that hooks may do", () => {
    const users = membersOf("server/app.ts", "UserActions");
    const worker = [...membersOf("server/hooks/socket-worker-api.ts", "SocketWorkerApi"), ...users];
    expect(rowsBelow("In a socket worker").sort()).toEqual(worker.sort());
    expect(rowsBelow("In the primary").sort()).toEqual(membersOf("server/hooks/primary-api.ts", "PrimaryApi").sort());
  });

  it("names all events", () => {
    for (const event of membersOf("server/app.ts", "ServerEvents")) expect(TEXT).toContain(`\`${event}\``);
    for (const event of membersOf("server/primary/primary-events.ts", "PrimaryEvents")) {
      expect(TEXT).toContain(`\`${event}\``);
    }
  });

  it("lists the options of a simulation", () => {
    expect(rowsBelow("Made-up connections", 0)).toEqual(
      optionsOf("server/simulate/simulate-options.ts", "SimulateOptions"),
    );
  });

  it("shows a simulation that is one", async () => {
    const [, code = ""] = /```js\n(import \{ simulate.*?)```/s.exec(TEXT) ?? [];
    const folder = await packageUser({ "made-up.mjs": code });
    const { hooks } = await import(`${folder}/made-up.mjs`);
    expect(hooks).toEqual({ socketWorker: expect.any(Function) });
  });

  it("is linked to by the README", () => {
    expect(read("README.md")).toContain("(docs/HOOKS.md)");
  });
});
