import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { webSocketUrl } from "../../client/url.ts";
import { ConfigError } from "../../server/config.ts";
import type { Settings } from "../options/command-option.ts";
import { readOptions } from "../options/read-options.ts";
import { DEMO_HEAVY, DEMO_HEAVY_PAYLOAD, parseHeavy } from "./heavy.ts";
import { LOAD_OPTIONS, readPayload } from "./load-options.ts";
import type { Action, Outputs, Plan } from "./plan.ts";

const DEFAULT_URL = "ws://localhost:8080";
const DEFAULT_DURATION_S = 10;
/** Fewer than a server lets in from one address, by default, in a second. */
const CLIENTS_PER_SECOND = 400;
const FEW_CLIENTS = 100;
const DEFAULT_PUBLISH_RATE = 10;
const OPEN_DEPTH = 100;
const MOST_PROCESSES = 8;
/** Runs that are no longer than this have two points a second, others one. */
const SHORT_S = 30;

export interface LoadRequest {
  /** Its actions may be none: what is called is decided by what the server has. */
  readonly plan: Plan;
  readonly outputs: Outputs;
  /** The input of calls, where the procedure is the server's to name. */
  readonly payload: unknown;
}

type LoadSettings = Settings<typeof LOAD_OPTIONS>;

/** Reads the command line of `fugitive load`, without that. @throws ConfigError with all that is wrong */
export function readLoadRequest(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): LoadRequest | "help" {
  const { settings, positionals, problems, help } = readOptions(LOAD_OPTIONS, argv, env);
  if (help) return "help";
  if (positionals.length > 1) {
    problems.push(`there is one URL to a run, not ${positionals.length}: ${positionals.join(" ")}`);
  }
  if (settings.rate > 0 && settings.delay > 0) problems.push("--rate and --delay are two answers to the same question");
  if (settings.payload !== "" && settings.publish !== "" && settings.procedure === "") {
    problems.push("--payload is the input of calls, and there are none: what is published is --publish-payload");
  }
  const url = readUrl(positionals[0] ?? DEFAULT_URL, settings.path, problems);
  const read = (flag: string, text: string) => {
    try {
      return readPayload(text, (path) => resolve(cwd, path));
    } catch (error) {
      problems.push(`--${flag}: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  };
  const payloads =
    problems.length > 0
      ? undefined
      : {
          call: read("payload", settings.payload),
          heavy: read("heavy-payload", settings.heavyPayload),
          publish: read("publish-payload", settings.publishPayload),
        };
  if (url === undefined || payloads === undefined || problems.length > 0) throw new ConfigError(problems);
  const query = settings.query.replace(/^\?/, "") || url.search.slice(1);
  url.search = "";
  const { json, html, quiet, noTty, assert } = settings;
  return {
    plan: { ...quantities(settings), url: url.href, query, actions: actionsOf(settings, payloads) },
    outputs: { json: json && resolve(cwd, json), html: html && resolve(cwd, html), quiet, noTty, assert },
    payload: payloads.call,
  };
}

function readUrl(text: string, path: string, problems: string[]): URL | undefined {
  // without a scheme, a host with a port looks like a scheme
  const whole = text.includes("://") ? text : `ws://${text}`;
  try {
    const url = new URL(webSocketUrl(whole));
    if (path !== "") url.pathname = path;
    return url;
  } catch {
    problems.push(`${JSON.stringify(text)} is no URL such as ${DEFAULT_URL}`);
    return undefined;
  }
}

function quantities(settings: LoadSettings): Omit<Plan, "url" | "query" | "actions"> {
  const { clients, iterations, subscribe, token, subprotocol, timeout, attempts } = settings;
  const onlyPublishes = settings.publish !== "" && settings.procedure === "" && settings.heavy === "";
  // every client would publish to all of them as fast as it can
  const isStorm = onlyPublishes && settings.rate === 0 && settings.delay === 0;
  const rate = isStorm ? DEFAULT_PUBLISH_RATE : settings.rate;
  const durationS = settings.duration || (iterations === 0 ? DEFAULT_DURATION_S : 0);
  const rampS = settings.ramp >= 0 ? settings.ramp : clients > FEW_CLIENTS ? clients / CLIENTS_PER_SECOND : 0;
  const processes = settings.processes || Math.min(MOST_PROCESSES, Math.floor(availableParallelism() / 2));
  return {
    ...{ clients, iterations, subscribe, token, subprotocol, attempts, rate, durationS, rampS },
    processes: Math.max(1, Math.min(processes, clients)),
    delayMs: settings.delay,
    depth: settings.depth || (rate > 0 ? OPEN_DEPTH : 1),
    timeoutMs: timeout,
    stepMs: durationS > 0 && durationS + rampS <= SHORT_S ? 500 : 1_000,
  };
}

/** None for calls whose procedure is not named. */
function actionsOf(
  { procedure, heavy, publish }: LoadSettings,
  payloads: { readonly call: unknown; readonly heavy: unknown; readonly publish: unknown },
): readonly Action[] {
  const actions: Action[] = [];
  const other = heavy === "" ? undefined : parseHeavy(heavy);
  const rest = 1 - (other?.share ?? 0);
  const both = procedure !== "" && publish !== "";
  if (procedure !== "" || publish === "") {
    actions.push({ kind: "call", name: procedure, payload: payloads.call, share: both ? rest / 2 : rest });
  }
  if (publish !== "") {
    actions.push({ kind: "publish", name: publish, payload: payloads.publish, share: both ? rest / 2 : rest });
  }
  if (other !== undefined) {
    const preset = other.procedure === DEMO_HEAVY ? DEMO_HEAVY_PAYLOAD : undefined;
    actions.push({ kind: "call", name: other.procedure, payload: payloads.heavy ?? preset, share: other.share });
  }
  return actions;
}
