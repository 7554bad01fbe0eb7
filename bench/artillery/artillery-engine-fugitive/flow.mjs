import { ScriptError, StepError } from "./errors.mjs";
import { Fields } from "./fields.mjs";
import { call, send } from "./steps/call.mjs";
import { expectPublications, publish, subscribe, unsubscribe } from "./steps/channels.mjs";
import { stream } from "./steps/stream.mjs";
import { think } from "./steps/think.mjs";

/** All kinds of steps but for `connect`, which comes first, and `loop`, which has steps. */
export const STEPS = { call, stream, send, subscribe, unsubscribe, publish, expectPublications, think };
export const CONNECT_FIELDS = ["target", "token"];
const MOST_TURNS = 1_000_000;
/** Loops within loops: what is deeper multiplies to more than a test has time for. */
const MOST_DEPTH = 8;

/**
 * Reads the flow of a scenario.
 *
 * @returns `connect`, a function that gives the user's `{ target?, token? }`, and `run`, which does all steps, one after the
 * other, and rejects with a StepError at the first that fails
 * @throws ScriptError
 */
export function parseFlow(flow, where) {
  if (!Array.isArray(flow) || flow.length === 0)
    throw new ScriptError(where, "needs a flow, which is a list of steps.");
  const [first, ...rest] = flow;
  const connects = typeof first === "object" && first !== null && Object.hasOwn(first, "connect");
  const connect = parseConnect(connects ? first.connect : {}, where);
  // steps keep the numbers that they have in the script
  const steps = connects ? rest.map((step, index) => [step, index + 2]) : flow.map((step, index) => [step, index + 1]);
  return { connect, run: sequence(steps.map(([step, number]) => parseStep(step, `${where}, step ${number}`, 1))) };
}

function parseConnect(spec, where) {
  const fields = new Fields(spec ?? {}, `${where}, connect`, CONNECT_FIELDS);
  const given = CONNECT_FIELDS.filter((name) => fields.raw(name) !== undefined).map((name) => [
    name,
    fields.text(name),
  ]);
  return (context) => Object.fromEntries(given.map(([name, text]) => [name, text(context)]));
}

function parseStep(step, where, depth) {
  if (typeof step !== "object" || step === null || Array.isArray(step)) {
    throw new ScriptError(where, `is no step such as { call: … }, but ${JSON.stringify(step)}.`);
  }
  const { during, count, ...kinds } = step;
  const [kind, ...others] = Object.keys(kinds);
  if (kind === undefined || others.length > 0) {
    throw new ScriptError(where, `needs one of ${[...Object.keys(STEPS), "loop"].join(", ")}.`);
  }
  const named = `${where} (${kind})`;
  if (count !== undefined && kind !== "loop") throw new ScriptError(named, "has a count, which only loops have.");
  const run =
    kind === "loop" ? parseLoop(kinds.loop, count, named, depth) : guarded(parseKind(kind, kinds[kind], named), named);
  return only(during, run, named);
}

function parseKind(kind, spec, where) {
  if (kind === "connect") throw new ScriptError(where, "connect has to be the first step.");
  if (!Object.hasOwn(STEPS, kind)) {
    throw new ScriptError(where, `is no step; there are ${[...Object.keys(STEPS), "loop"].join(", ")}.`);
  }
  const { fields: names, short, parse } = STEPS[kind];
  const isShort = short !== undefined && ["string", "number"].includes(typeof spec);
  return parse(new Fields(isShort ? { [short]: spec } : spec, where, names), where);
}

function parseLoop(steps, count, where, depth) {
  if (!Array.isArray(steps) || steps.length === 0) throw new ScriptError(where, "needs a list of steps.");
  if (depth > MOST_DEPTH) throw new ScriptError(where, `is deeper than ${MOST_DEPTH} loops.`);
  const turns = new Fields({ count }, where, ["count"]).count("count", undefined, MOST_TURNS);
  const turn = sequence(steps.map((step, index) => parseStep(step, `${where} ${index + 1}`, depth + 1)));
  return async (user) => {
    const { vars } = user.context;
    const most = turns(user.context);
    for (let done = 0; done < most; done++) {
      vars.$loopCount = done;
      await turn(user);
    }
  };
}

function sequence(runs) {
  return async (user) => {
    for (const run of runs) await run(user);
  };
}

/** Says where what fails has failed, and tells of the bytes. */
function guarded(run, where) {
  return async (user) => {
    try {
      await run(user);
    } catch (error) {
      throw new StepError(where, error);
    } finally {
      user.tellBytes();
    }
  };
}

/** Does a step in phases of that name alone. */
function only(during, run, where) {
  if (during === undefined) return run;
  const phases = [during].flat();
  if (phases.length === 0 || phases.some((name) => typeof name !== "string")) {
    throw new ScriptError(where, "during has to be the name of a phase, or a list of such.");
  }
  return async (user) => {
    if (phases.includes(user.phase)) await run(user);
  };
}
