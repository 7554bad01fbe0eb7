import { EXPECTATIONS, parseCapture, parseExpectation } from "../expectation.mjs";
import { reportedName } from "./call.mjs";

/** How long a stream may take, in milliseconds. */
const STREAM_MS = 60_000;
const MOST_ITEMS = 1_000_000_000;
const MOST_WINDOW = 1_000_000;

/** Calls a procedure that streams, and reads its items. */
export const stream = {
  fields: ["procedure", "input", "take", "window", "timeoutMs", "as", "expect", "capture"],
  short: "procedure",
  parse(fields, where) {
    const procedure = fields.text("procedure");
    const input = fields.value("input");
    const take =
      fields.raw("take") === undefined ? () => Number.POSITIVE_INFINITY : fields.count("take", 1, MOST_ITEMS);
    const window = fields.raw("window") === undefined ? () => undefined : fields.count("window", 1, MOST_WINDOW);
    const timeoutMs = fields.milliseconds("timeoutMs", STREAM_MS);
    const name = reportedName(fields);
    const expectation = parseExpectation(fields.raw("expect"), EXPECTATIONS.stream, where);
    const capture = parseCapture(fields.raw("capture"), where);
    return async (user) => {
      const { client, context, report } = user;
      const options = { timeoutMs, window: window(context) };
      const started = performance.now();
      const opened = client.stream(procedure(context), input(context), options);
      const outcome = await read(opened, take(context), () =>
        report.took(`stream.${name}.first.ms`, performance.now() - started),
      );
      report.took(`stream.${name}.ms`, performance.now() - started);
      report.count("items", outcome.items);
      user.judge(outcome, expectation);
      if (outcome.error === undefined) capture(outcome.result ?? outcome.last, context);
    };
  },
};

/** Reads a stream until it ends, or so many items of it. @returns the outcome, with the number of items and the last one */
async function read(stream, most, first) {
  let items = 0;
  let last;
  try {
    while (items < most) {
      const { done, value } = await stream.next();
      if (done) return { items, last, result: value };
      items++;
      last = value;
      if (items === 1) first();
    }
    await stream.return();
    return { items, last };
  } catch (error) {
    return { items, last, error };
  }
}
