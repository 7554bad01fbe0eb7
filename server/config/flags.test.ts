import { describe, expect, it } from "vitest";
import { parseFlags } from "./flags.ts";

describe("parseFlags", () => {
  it("reads a flag with its value beside it or behind an equals sign", () => {
    expect(parseFlags(["--port", "9000", "--max-payload=1_000"]).values).toEqual({ port: "9000", maxPayload: "1_000" });
  });

  it("lets the last of two equal flags count", () => {
    expect(parseFlags(["--port", "1", "--port", "2"]).values).toEqual({ port: "2" });
  });

  it("keeps what is not a flag in its order, even where it equals a flag's value", () => {
    const { positionals, values } = parseFlags(["serve", "--node", "app.js", "app.js", "--", "--port"]);
    expect(positionals).toEqual(["serve", "app.js", "--port"]);
    expect(values).toEqual({ node: "app.js" });
  });

  it("notices --help and --version, short and long", () => {
    expect(parseFlags(["-h"])).toMatchObject({ help: true, version: false, problems: [] });
    expect(parseFlags(["--version"])).toMatchObject({ help: false, version: true, problems: [] });
    expect(parseFlags(["-v", "--help"])).toMatchObject({ help: true, version: true, problems: [] });
  });

  it("names the configuration file", () => {
    expect(parseFlags(["--config", "a.json"]).configFile).toBe("a.json");
    expect(parseFlags([])).not.toHaveProperty("configFile");
  });

  it("reports every unknown flag, with the known one that is near", () => {
    expect(parseFlags(["--prot", "1", "--no-port", "-p", "--cofnig=x", "--constructor", "1"]).problems).toEqual([
      "--prot is not a flag; did you mean --port?",
      "--no-port is not a flag; did you mean --port?",
      "-p is not a flag",
      "--cofnig is not a flag; did you mean --config?",
      "--constructor is not a flag",
    ]);
  });

  it("takes no secrets, which everybody on the machine could read, and says where they belong", () => {
    const { values, problems } = parseFlags(["--control-token", "hunter2", "--key-passphrase=hunter2"]);
    expect(values).toEqual({});
    expect(problems).toEqual([
      "--control-token is not a flag: a command line is no place for a secret; set CONTROL_TOKEN",
      "--key-passphrase is not a flag: a command line is no place for a secret; set TLS_PASSPHRASE",
    ]);
  });

  it("does not take the next flag for a value, and still reads it", () => {
    const { values, problems } = parseFlags(["--host", "--port", "9000", "--node"]);
    expect(values).toEqual({ port: "9000" });
    expect(problems).toEqual(["--host needs a value", "--node needs a value"]);
  });

  it("keeps a negative number as the value it was meant to be", () => {
    expect(parseFlags(["--port", "-1"])).toMatchObject({ values: { port: "-1" }, problems: [] });
  });
});
