import { describe, expect, it } from "vitest";
import { OPTION_KEYS, OPTIONS } from "../server/config/options.ts";
import { loadConfig } from "../server/config.ts";
import { brokenLinks } from "./test/links.ts";
import { read } from "./test/node-process.ts";

const TEXT = read("docs/OPERATIONS.md");
const UNIT = read("deploy/fugitive.service");
/** What a supervisor is to give beyond what the program takes, in seconds: see "End" in the text. */
const SPARE_SECONDS = 5;
/** Names in capitals, with `_` in them, that are others' than this program's. */
const FOREIGN = ["NODE_ENV", "NODE_OPTIONS", "CAP_NET_BIND_SERVICE", "AF_UNIX", "AF_INET", "AF_INET6", "AF_NETLINK"];
/** Flags of systemctl, journalctl, curl and Node.js. */
const FOREIGN_FLAGS = [
  ...["--now", "--system", "--shell", "--pipe", "--wait", "--property", "--unit", "--follow", "--output", "--since"],
  ...["--max-old-space-size", "--deploy-hook"],
];
/** Flags of `fugitive doctor`, which docs/DOCTOR.md lists. */
const DOCTOR_FLAGS = ["--url", "--watch"];

const optionEnvs = new Set(OPTION_KEYS.map((key) => OPTIONS[key].env));

/** The values of a line of the unit, which may stand there more than once. */
function linesOf(key: string): string[] {
  return [...UNIT.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map(([, value = ""]) => value);
}

/** What is shown with a line of its own, such as `NAME=value`. */
function environmentShown(): Record<string, string> {
  const [, block = ""] = /by their names in the environment:\n\n```sh\n(.*?)```/s.exec(TEXT) ?? [];
  return Object.fromEntries([...block.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]));
}

describe("docs/OPERATIONS.md", () => {
  it.each(["fugitive.service", "fugitive.sysctl.conf"])("shows deploy/%s as it is", (file) => {
    expect(TEXT).toContain(`\`\`\`ini\n${read(`deploy/${file}`)}\`\`\``);
  });

  it("says of each line of the kernel's settings what it is for", () => {
    const settings = [...read("deploy/fugitive.sysctl.conf").matchAll(/^(\S+) = /gm)].map(([, name]) => name);
    expect(settings.length).toBeGreaterThan(3);
    expect(settings.filter((name) => !TEXT.includes(`| \`${name}\` `))).toEqual([]);
  });

  it("shows options that are taken as they stand", () => {
    const env = environmentShown();
    expect(Object.keys(env).filter((name) => !optionEnvs.has(name))).toEqual([]);
    const { config } = loadConfig({ env });
    expect(config).toMatchObject({ host: "127.0.0.1", port: 8080, trustedProxies: ["127.0.0.1"] });
    expect(config.controlToken.length).toBeGreaterThan(15);
  });

  it("names no variable and no flag that there is not", () => {
    const names = [...TEXT.matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g)].map(([name]) => name);
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !optionEnvs.has(name) && !FOREIGN.includes(name))).toEqual([]);
    const optionFlags = OPTION_KEYS.map((key) => `--${OPTIONS[key].flag}`);
    const flags = [...TEXT.matchAll(/(?<=[\s`'])--[a-z][a-z-]*/g)].map(([flag]) => flag);
    const known = [...optionFlags, ...FOREIGN_FLAGS, ...DOCTOR_FLAGS];
    expect(flags.filter((flag) => !known.includes(flag))).toEqual([]);
    expect(DOCTOR_FLAGS.filter((flag) => !read("docs/DOCTOR.md").includes(`| \`${flag}\``))).toEqual([]);
  });

  it("leads to files, and to headings of them, that there are", () => {
    expect(brokenLinks("docs/OPERATIONS.md")).toEqual([]);
  });
});

describe("deploy/fugitive.service", () => {
  it("starts what the package has as its command, with node, so that SIGHUP reaches the primary", () => {
    const { name, bin } = JSON.parse(read("package.json"));
    expect(linesOf("ExecStart")).toEqual([`/usr/bin/node node_modules/${name}/${bin.fugitive} serve app.js`]);
    expect(linesOf("ExecReload")).toEqual(["/bin/kill -HUP $MAINPID"]);
  });

  it("leaves the time to end in order that it has with the options shown", () => {
    const { config } = loadConfig({ env: environmentShown() });
    const seconds = Number(linesOf("TimeoutStopSec")[0]);
    expect(seconds).toBeGreaterThanOrEqual(config.drainMs / 1_000 + SPARE_SECONDS);
    expect(linesOf("KillMode")).toEqual(["mixed"]);
  });

  it("has sockets of the bus where it makes a folder for them", () => {
    const [folder] = linesOf("RuntimeDirectory");
    expect(linesOf("Environment")).toContain(`TMPDIR=/run/${folder}`);
  });

  it("forbids nothing that the server needs", () => {
    // V8 writes machine code, and cores and memory are read from /proc
    for (const key of ["MemoryDenyWriteExecute", "ProcSubset", "PrivateNetwork", "PrivateUsers"]) {
      expect(linesOf(key)).toEqual([]);
    }
    expect(linesOf("RestrictAddressFamilies")).toEqual(["AF_UNIX AF_INET AF_INET6 AF_NETLINK"]);
  });
});
