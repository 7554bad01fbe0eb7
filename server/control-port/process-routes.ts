import * as z from "zod";
import { MAX_NAME_LENGTH } from "../../shared/message.ts";
import { MOST_WORKERS } from "../config/process-options.ts";
import { PROMETHEUS_TYPE } from "../metrics/prometheus-text.ts";
import { revokeCode } from "../sessions/user-bus.ts";
import { type Answer, type Route, readQuery } from "./route.ts";
import { statusReport } from "./status-report.ts";

const NUMBER = /^[1-9]\d{0,2}$/;
const WORKERS = `has to be a whole number from 1 to ${MOST_WORKERS}`;
const NAME = `has to be a name of 1 to ${MAX_NAME_LENGTH} characters`;
const name = z.string().min(1, NAME).max(MAX_NAME_LENGTH, NAME).optional();

const SCALE = z.object({
  workers: z
    .string(WORKERS)
    .refine((text) => NUMBER.test(text) && Number(text) <= MOST_WORKERS, WORKERS)
    .describe(`How many socket workers there are to be, from 1 to ${MOST_WORKERS}.`),
});
const REVOKE = z.object({
  user: name.describe("Whose sessions are to end."),
  session: name.describe("Which session is to end, if not all of a user."),
  ban: z.string().optional().describe("Tells clients to stay away; its value does not count."),
});
const METRICS_EXAMPLE = 'fugitive_connections{worker="1"} 5\n';
const OK = z.object({ ok: z.boolean() });
const UNREADY = { description: "All still starts, or ends." };
const WRONG = { description: "What is wrong with the request." };
const WORKER = z.looseObject({
  worker: z.number(),
  pid: z.number(),
  state: z.enum(["starting", "serving", "draining"]),
  uptime: z.number(),
  connections: z.number().optional(),
  memory: z.number().optional(),
  silent: z.literal(true).optional(),
});

/** What can be known of the processes, and done with them. */
export const PROCESS_ROUTES: Readonly<Record<string, Route>> = {
  "/healthz": {
    method: "GET",
    summary: "Says that the primary is alive.",
    open: true,
    answers: { 200: { description: "It is.", json: OK } },
    answer: () => ({ status: 200, body: { ok: true } }),
  },
  "/readyz": {
    method: "GET",
    summary: "Says whether clients are welcome.",
    open: true,
    answers: { 200: { description: "They are.", json: OK }, 503: { description: "They are not.", json: OK } },
    answer: (_, { primary: { ready } }) => ({ status: ready ? 200 : 503, body: { ok: ready } }),
  },
  "/workers": {
    method: "GET",
    summary: "Tells how all processes are.",
    answers: { 200: { description: "Each of them.", json: z.looseObject({ workers: z.array(WORKER) }) } },
    async answer(_, { primary, config: { node }, version, startedAt }) {
      const uptime = (Date.now() - startedAt) / 1000;
      return { status: 200, body: { node, version, pid: process.pid, uptime, ...(await statusReport(primary)) } };
    },
  },
  "/metrics": {
    method: "GET",
    summary: "Tells what all processes have counted, for Prometheus.",
    answers: { 200: { description: "That, in Prometheus's text format.", text: METRICS_EXAMPLE } },
    async answer(_, { primary }) {
      return { status: 200, body: await primary.metrics.text(), headers: { "content-type": PROMETHEUS_TYPE } };
    },
  },
  "/reload": {
    method: "POST",
    summary: "Replaces all socket workers, one after the other, by ones with the application's code as it is now.",
    answers: { 202: { description: "It begins, or follows.", json: z.object({ reload: z.string() }) }, 503: UNREADY },
    answer(_, { primary }) {
      const reload = primary.reload();
      return reload === undefined ? unready() : { status: 202, body: { reload } };
    },
  },
  "/scale": {
    method: "POST",
    summary: "Starts or ends socket workers until there are so many.",
    query: SCALE,
    answers: {
      200: { description: "What is begun.", json: z.looseObject({ before: z.number(), workers: z.number() }) },
      400: WRONG,
      503: UNREADY,
    },
    answer({ query }, { primary }) {
      const scaling = primary.scale(Number(readQuery(SCALE, query).workers));
      return scaling === undefined ? unready() : { status: 200, body: scaling };
    },
  },
  "/drain": {
    method: "POST",
    summary: "Ends the server in order, as SIGTERM does: calls finish, clients are told to come back.",
    answers: { 202: { description: "It begins.", json: z.object({ draining: z.literal(true) }) } },
    answer(_, { drain }) {
      drain();
      return { status: 202, body: { draining: true } };
    },
  },
  "/revoke": {
    method: "POST",
    summary: "Ends all sessions of a user, or one, and their connections.",
    query: REVOKE,
    answers: { 200: { description: "How many ended.", json: z.object({ ended: z.number() }) }, 400: WRONG },
    async answer({ query }, { primary: { users } }) {
      const { user, session, ban } = readQuery(REVOKE, query);
      if ((user === undefined) === (session === undefined)) {
        return { status: 400, body: { error: `user or session ${NAME}` } };
      }
      const code = revokeCode(ban !== undefined);
      const ended = await (user === undefined
        ? users.revokeSession(session ?? "", code)
        : users.revokeUser(user, code));
      return { status: 200, body: { ended } };
    },
  },
};

function unready(): Answer {
  return { status: 503, body: { error: "all still starts, or ends" } };
}
