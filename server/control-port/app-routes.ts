import * as z from "zod";
import { AppError } from "../../shared/errors.ts";
import { toJson } from "../../shared/json-codec.ts";
import { MAX_NAME_LENGTH } from "../../shared/message.ts";
import type { AnswerTo, Asked, QuestionName } from "../control/control-questions.ts";
import { ANSWER_MS } from "../primary/control-desk.ts";
import { NOT_ALL } from "./everyone.ts";
import { readValue } from "./request-body.ts";
import { type Answer, BadRequest, type ControlServices, type Route, readQuery } from "./route.ts";
import { wholeNumber } from "./whole-number.ts";

const MOST_MS = 600_000;
const name = z.string(`has to be a name of 1 to ${MAX_NAME_LENGTH} characters`).min(1).max(MAX_NAME_LENGTH);
const channel = name.describe("The channel's name.");

const app = z.string().max(1_024).optional().describe("Path of the application, where that has one of its own.");

const PUBLISH = z.object({ channel, app });
const CALL = z.object({
  procedure: name.describe("Which one."),
  user: name.optional().describe("On whose behalf; without, as the system, and then no guard stands before it."),
  timeoutMs: wholeNumber(1, MOST_MS).optional().describe("Milliseconds it may take, streams as a whole."),
  app,
});
const PRESENCE = z.object({
  channel,
  limit: wholeNumber(1, 1_000).optional().describe("Members that are told at most."),
  app,
});
const HISTORY = z.object({
  channel,
  limit: wholeNumber(1, 1_000).optional().describe("Publications that are told at most: the newest."),
  before: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional().describe("Only those before this offset."),
  app,
});

const PROCEDURES = z.object({ app });

const REFUSED = {
  400: { description: "What is wrong with the request." },
  404: { description: "There is no such thing." },
  503: { description: "No socket worker serves, or it has too much to do." },
  [NOT_ALL]: { description: "The socket worker did not answer in time, or the procedure took too long." },
} as const;

/** Statuses of refusals. What an application throws on purpose and is not among them is 422. */
const STATUSES: Readonly<Record<string, number>> = {
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 403,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  TOO_LARGE: 413,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  OVERLOADED: 503,
  UNAVAILABLE: 503,
  TIMEOUT: NOT_ALL,
};

/** What an application has: channels and procedures. One socket worker does it, another one each time. */
export const APP_ROUTES: Readonly<Record<string, Route>> = {
  "/publish": {
    method: "POST",
    summary: "Publishes the body to a channel, whatever clients may.",
    query: PUBLISH,
    body: {
      description: "The data: MessagePack where the content type says so, else JSON.",
      types: ["application/json", "application/msgpack"],
      most: ({ maxPayload }) => maxPayload,
    },
    answers: {
      200: {
        description: "Its place, where the channel keeps a history.",
        json: z.object({ offset: z.number().optional() }),
      },
      ...REFUSED,
    },
    async answer(request, services) {
      const { channel, app } = readQuery(PUBLISH, request.query);
      if (request.body.length === 0) throw new BadRequest("the body has to be the data, as JSON or MessagePack");
      const offset = await askOne(services, "publish", [channel, readValue(request, services)], app);
      return { status: 200, body: offset === null ? {} : { offset } };
    },
  },
  "/call": {
    method: "POST",
    summary: "Calls a procedure with the body, as the system or on behalf of a user.",
    query: CALL,
    body: {
      description: "The input: MessagePack where the content type says so, else JSON; none for none.",
      types: ["application/json", "application/msgpack"],
      most: ({ maxPayload }) => maxPayload,
    },
    answers: {
      200: {
        description: "What it gave, and before that the items of its stream.",
        json: z.object({ result: z.unknown().optional(), items: z.array(z.unknown()).optional() }),
      },
      ...REFUSED,
      422: { description: "What the application throws on purpose." },
    },
    async answer(request, services) {
      const wanted = readQuery(CALL, request.query);
      return json(await callOne(services, { ...wanted, input: readValue(request, services) }));
    },
  },
  "/procedures": {
    method: "GET",
    summary: "Lists the procedures, and the schemas of their inputs.",
    query: PROCEDURES,
    answers: { 200: { description: "By name.", json: z.unknown() }, ...REFUSED },
    async answer({ query }, services) {
      const { app } = readQuery(PROCEDURES, query);
      return json((await callOne(services, { procedure: "$procedures", app })).result);
    },
  },
  "/presence": {
    method: "GET",
    summary: "Tells who is in a channel.",
    query: PRESENCE,
    answers: { 200: { description: "As $presence answers.", json: z.unknown() }, ...REFUSED },
    async answer({ query }, services) {
      const { app, ...input } = readQuery(PRESENCE, query);
      return json((await callOne(services, { procedure: "$presence", input, app })).result);
    },
  },
  "/history": {
    method: "GET",
    summary: "Tells what is kept of a channel's publications, the oldest first.",
    query: HISTORY,
    answers: { 200: { description: "As $history answers.", json: z.array(z.unknown()) }, ...REFUSED },
    async answer({ query }, services) {
      const { app, ...input } = readQuery(HISTORY, query);
      return json((await callOne(services, { procedure: "$history", input, app })).result);
    },
  },
};

/** What a refusal of a socket worker is to who asked. */
export function refusalAnswer({ code, message, details }: AppError): Answer {
  const status = (Object.hasOwn(STATUSES, code) && STATUSES[code]) || 422;
  return json({ error: message, code, ...(details !== undefined && { details }) }, status);
}

/** Asks one socket worker that serves, in turn. */
async function askOne<Name extends QuestionName>(
  { primary, config, nextWorker }: ControlServices,
  name: Name,
  args: Asked<Name>,
  app: string | undefined,
  limitMs = ANSWER_MS,
): Promise<AnswerTo<Name>> {
  const worker = nextWorker();
  if (worker === undefined) throw new AppError("UNAVAILABLE", "No socket worker serves now.");
  if (app !== undefined && !config.paths.some((path) => path.app !== undefined && path.path === app)) {
    throw new AppError("NOT_FOUND", `The path ${JSON.stringify(app)} has no application of its own.`);
  }
  const answered = await primary.control.ask(worker.member, name, args, limitMs, app);
  if (answered !== undefined) return answered.answer;
  throw new AppError("TIMEOUT", `Worker ${worker.number} did not answer in time: what became of it is not known.`);
}

interface Wanted {
  readonly procedure: string;
  readonly input?: unknown;
  readonly user?: string | undefined;
  readonly timeoutMs?: number | undefined;
  readonly app?: string | undefined;
}

/** @returns what the procedure gives, once it has */
function callOne(services: ControlServices, { procedure, input, user, timeoutMs, app }: Wanted) {
  const call = { procedure, input, ...(user !== undefined && { user }), ...(timeoutMs !== undefined && { timeoutMs }) };
  return askOne(services, "call", [call], app, (timeoutMs ?? services.config.callTimeoutMs) + ANSWER_MS);
}

/** Whatever a procedure may give: bytes become base64, as for clients that speak JSON. */
function json(value: unknown, status = 200): Answer {
  return { status, body: `${toJson(value)}\n`, headers: { "content-type": "application/json" } };
}
