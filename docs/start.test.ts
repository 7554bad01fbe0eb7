import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { brokenLinks } from "./test/links.ts";
import { node, read } from "./test/node-process.ts";

const TEXT = read("docs/START.md");

describe("docs/START.md", () => {
  it("works as it stands, file by file and command by command, and names that are wrong do not compile", async () => {
    const folder = await mkdtemp(join(tmpdir(), "fugitive-start-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const cwd = join(folder, "hello");
    const done = await node([".ci/follow-guide.mjs", "--cwd", cwd]).said(/\}\n/);
    const files = TEXT.match(/^```(ts|js|json|html)$/gm)?.length;
    const outputs = TEXT.match(/^It says:$/gm)?.length;
    expect(JSON.parse(done)).toEqual({ files, outputs, commands: expect.any(Number) });

    const [, wrong = ""] = /`(client\.call\("helo".*?\))`/.exec(TEXT) ?? [];
    const [imports = ""] = read("docs/examples/01-hello/client.ts").split("client.subscribe");
    await writeFile(join(cwd, "wrong.ts"), `${imports}await ${wrong};\n`);
    const compiler = node([join(cwd, "node_modules/typescript/bin/tsc"), "-p", cwd, "--noEmit"]);
    await expect(compiler.said(/wrong\.ts\(\d+,\d+\): error TS\d+: .*"helo"/)).resolves.toBeTruthy();
  });

  it("begins in the clone with what the README says, and speaks of the package that there is", () => {
    const { name, version } = JSON.parse(read("package.json"));
    const [first, second] = [...TEXT.matchAll(/^```sh\n(.*)\n```/gm)].map(([, command]) => command);
    expect(read("README.md")).toContain(`\`\`\`sh\n${first}\n\`\`\``);
    expect(second).toBe("npm ci && npm pack");
    const packed = new Set(TEXT.match(/fugitive-\d+\.\d+\.\d+\.tgz/g));
    expect(packed).toEqual(new Set([`${name}-${version}.tgz`]));
  });

  it.each(["START.md", "STREAMS.md", "MIDDLEWARE.md", "examples/README.md"])(
    "%s has links that lead somewhere",
    (file) => {
      expect(brokenLinks(`docs/${file}`)).toEqual([]);
    },
  );
});
