import { parseFlow } from "./flow.mjs";
import { readOptions } from "./options.mjs";
import { Report } from "./report.mjs";
import { User } from "./user.mjs";

/** Artillery's contract with an engine: made once in each of its workers, it makes a function of each scenario. */
class FugitiveEngine {
  #config;
  #report;
  #phase;

  /** @param script with the options of this engine @param runner tells which phase begins */
  constructor(script, runner) {
    this.#config = script.config;
    runner.on("phaseStarted", ({ name }) => {
      this.#phase = name;
    });
  }

  /** @returns what does all that one virtual user does, and calls back once @throws ScriptError */
  createScenario({ name, flow }, events) {
    const { target, engines } = this.#config;
    const options = readOptions(engines?.fugitive ?? {});
    const { connect, run } = parseFlow(flow, `scenario ${JSON.stringify(name ?? "without a name")}`);
    this.#report ??= new Report(events, (text) => process.stderr.write(`${text}\n`));
    const report = this.#report;
    return (context, callback) => {
      report.started();
      const user = new User(context, report, () => this.#phase);
      const live = async () => {
        try {
          const { target: own = target, token = options.token } = connect(context);
          await user.connect(own, { ...options, token });
          await run(user);
        } finally {
          user.close();
        }
      };
      live().then(
        () => callback(null, context),
        (error) => {
          report.error(error);
          callback(error, context);
        },
      );
    };
  }
}

// biome-ignore lint/style/noDefaultExport: Artillery takes the default export
export default FugitiveEngine;
