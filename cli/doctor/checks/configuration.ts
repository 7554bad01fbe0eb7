import { type Check, ok, problem } from "../check.ts";

export const configuration: Check = {
  name: "configuration",
  run({ loaded, configProblems }) {
    if (loaded === undefined) {
      return configProblems.map((line) =>
        problem(line, "see docs/CONFIGURATION.md; the defaults are looked at instead"),
      );
    }
    const { sources, file } = loaded;
    const from = (source: string) => Object.values(sources).filter((one) => one === source).length;
    const set = ["file", "environment", "flag"]
      .map((source) => [source, from(source)] as const)
      .filter(([, n]) => n > 0);
    const found = set.map(([source, n]) => `${n} by ${source === "file" ? file : `the ${source}`}`).join(", ");
    return [ok(`can be used: ${found === "" ? "all defaults" : `options set: ${found}`}`)];
  },
};
