import { connect } from "../../client/node.ts";
import { suggestion } from "../../server/config/edit-distance.ts";
import { StartError } from "../../server/start-error.ts";
import { AppError } from "../../shared/errors.ts";
import { plain } from "./plain.ts";
import type { Action, Plan } from "./plan.ts";
import { probe } from "./probe.ts";
import { type Blanks, compileName, compileTemplate } from "./template.ts";

const DEMO_PROCEDURE = "test.echo";
const DEMO_PAYLOAD = { i: "{{i}}", client: "{{client}}" };
const ANYWHERE_PROCEDURE = "$ping";
const BLANKS: Blanks = { client: 0, i: 0, sent: () => "" };
/** What would meet every other call as well. */
const HOPELESS = new Set(["BAD_REQUEST", "NOT_FOUND", "UNAUTHENTICATED", "FORBIDDEN", "TOO_LARGE"]);

/** What the server says of itself. */
export interface Target {
  readonly url: string;
  /** The name of the host. */
  readonly node: string;
  readonly version: string;
}

interface ProcedureInfo {
  readonly name: string;
  readonly input?: unknown;
}

/**
 * Connects once, and makes each of the calls once, so that what every client would run into is said once and in words.
 * @returns the plan with a procedure where it had none, and what the server says of itself
 * @throws StartError with the remedy
 */
export async function preflight(plan: Plan, payload: unknown): Promise<{ plan: Plan; target: Target }> {
  const url = new URL(plan.url);
  url.search = compileName(plan.query)(BLANKS);
  await probe(url, plan.timeoutMs);
  const client = connect(url, {
    ...{ timeoutMs: plan.timeoutMs, connectTimeoutMs: plan.timeoutMs, attempts: 1, reconnect: { attempts: 0 } },
    ...(plan.token === "" ? {} : { token: compileName(plan.token)(BLANKS) }),
  });
  client.on("error", () => {});
  try {
    await client.ready.catch((error: unknown) => {
      throw new StartError(`${url.host} does not take a client: ${words(error)}${tokenHint(error)}`, {
        code: "REFUSED",
      });
    });
    const known = await procedures(() => client.call("$procedures"));
    const actions = plan.actions.map((action) =>
      action.name === "" ? { ...action, ...unnamed(payload, known) } : action,
    );
    for (const action of actions) {
      if (action.kind !== "call") continue;
      const input = compileTemplate(action.payload)(BLANKS);
      await client.call(action.name, input).catch((error: unknown) => explain(action, error, known));
    }
    const health = Object(await client.call("$health").catch(() => undefined)) as Record<string, unknown>;
    const target = {
      url: plan.url,
      node: plain(String(health.node ?? "")),
      version: plain(String(health.version ?? "")),
    };
    return { plan: { ...plan, actions }, target };
  } finally {
    client.close();
  }
}

/** What is called where nobody says what: the demo's echo, else what every server has. */
function unnamed(payload: unknown, known: readonly ProcedureInfo[]): Pick<Action, "name" | "payload"> {
  const isDemo = known.some(({ name }) => name === DEMO_PROCEDURE);
  if (!isDemo) return { name: ANYWHERE_PROCEDURE, payload };
  return { name: DEMO_PROCEDURE, payload: payload ?? DEMO_PAYLOAD };
}

/** A server may not tell. */
async function procedures(ask: () => Promise<unknown>): Promise<readonly ProcedureInfo[]> {
  const told = await ask().catch(() => undefined);
  return Array.isArray(told) ? told.filter((one) => typeof Object(one).name === "string") : [];
}

function explain({ name }: Action, error: unknown, known: readonly ProcedureInfo[]): void {
  if (!(error instanceof AppError)) {
    throw new StartError(`${name} cannot be called: ${words(error)}`, { code: "UNSENT" });
  }
  const { code } = error;
  if (!HOPELESS.has(code)) return;
  if (code === "NOT_FOUND") {
    // a procedure may say so of what it was asked for
    if (known.some((one) => one.name === name)) return;
    const names = known.map((one) => plain(one.name));
    const near = suggestion(name, names) || (names.length > 0 ? `; there are ${listed(names)}` : "");
    throw new StartError(`the server has no procedure ${JSON.stringify(name)}${near}`, { code });
  }
  if (code === "BAD_REQUEST") {
    const input = known.find((one) => one.name === name)?.input;
    const schema = input === undefined ? "" : `; it takes ${plain(JSON.stringify(input))}`;
    throw new StartError(`${name} refuses its input, see --payload: ${words(error)}${schema}`, { code });
  }
  throw new StartError(`${name} is answered with ${plain(code)}: ${words(error)}${tokenHint(error)}`, { code });
}

function listed(names: readonly string[]): string {
  const own = names.filter((name) => !name.startsWith("$"));
  return own.length > 12 ? `${own.slice(0, 12).join(", ")} and ${own.length - 12} more` : own.join(", ");
}

function tokenHint(error: unknown): string {
  const isAboutWho = error instanceof AppError && error.code === "UNAUTHENTICATED";
  return isAboutWho ? " (a token goes into the environment as LOAD_TOKEN)" : "";
}

function words(error: unknown): string {
  return plain(error instanceof Error ? error.message : String(error));
}
