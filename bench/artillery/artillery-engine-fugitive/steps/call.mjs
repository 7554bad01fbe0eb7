import { EXPECTATIONS, parseCapture, parseExpectation } from "../expectation.mjs";
import { settled } from "../outcome.mjs";
import { metricName } from "../report.mjs";

/** How long the answer of a call may take that a queue keeps, in milliseconds: the client alone would wait for ever. */
const ANSWER_MS = 60_000;
const MOST_ATTEMPTS = 100;

/** Calls a procedure, and waits for its answer. */
export const call = {
  fields: ["procedure", "input", "timeoutMs", "attempts", "idempotent", "answerMs", "as", "expect", "capture"],
  short: "procedure",
  parse(fields, where) {
    const procedure = fields.text("procedure");
    const input = fields.value("input");
    const timeoutMs = fields.milliseconds("timeoutMs");
    const attempts =
      fields.raw("attempts") === undefined ? () => undefined : fields.count("attempts", 1, MOST_ATTEMPTS);
    const idempotent = fields.flag("idempotent", false);
    const answerMs = fields.milliseconds("answerMs", ANSWER_MS);
    const name = reportedName(fields);
    const expectation = parseExpectation(fields.raw("expect"), EXPECTATIONS.call, where);
    const capture = parseCapture(fields.raw("capture"), where);
    return async (user) => {
      const { client, context, report } = user;
      const options = { timeoutMs, idempotent, answerMs, attempts: attempts(context) };
      const started = performance.now();
      const outcome = await settled(client.call(procedure(context), input(context), options));
      report.call(name, performance.now() - started);
      user.judge(outcome, expectation);
      if (outcome.error === undefined) capture(outcome.result, context);
    };
  },
};

/** Calls a procedure, and does not wait for its answer. An error is counted, and does not end the user. */
export const send = {
  fields: ["procedure", "input"],
  short: "procedure",
  parse(fields) {
    const procedure = fields.text("procedure");
    const input = fields.value("input");
    return ({ client, context, report }) => {
      report.count("sent");
      client.call(procedure(context), input(context), { attempts: 1 }).catch((error) => {
        // the user is gone before the answer came, which it did not want
        if (client.state !== "closed") report.error(error);
      });
    };
  },
};

/** What a procedure is called in the report. */
export function reportedName(fields) {
  return metricName(fields.plainText("as") ?? fields.plainText("procedure"));
}
