import * as z from "zod";
import { askEverywhere, NOT_ALL, silence } from "./everyone.ts";
import { type Answer, Parts, type Route, readQuery } from "./route.ts";
import { wholeNumber } from "./whole-number.ts";

const MOST_SECONDS = 3_600;
const SECONDS = 60;
const MOST_MESSAGES = 1_000_000;

const TAIL = z.object({
  id: z.string("has to be a connection's id").min(1).max(255).describe("Which connection: its id, as in /status."),
  seconds: wholeNumber(1, MOST_SECONDS)
    .optional()
    .describe(`How long, from 1 to ${MOST_SECONDS}; ${SECONDS} where nothing is said.`),
  messages: wholeNumber(1, MOST_MESSAGES).optional().describe("How many messages at most."),
});

/** Looking on while a client and the server talk. */
export const TAIL_ROUTES: Readonly<Record<string, Route>> = {
  "/tail": {
    method: "GET",
    summary: "Tells of each message of one connection as it comes or goes: its kind and its shape, and no values.",
    query: TAIL,
    answers: {
      200: {
        description: "A line of JSON for each message, and notes between them, until the connection closes.",
        text: '{"time":"2030-01-02T03:04:05.678Z","direction":"in","kind":"CALL","bytes":23,"id":1,"procedure":"math.add","data":{"x":"number","y":"number"}}\n',
        textType: "application/x-ndjson",
      },
      400: { description: "What is wrong with the request." },
      404: { description: "There is no such connection." },
      503: { description: "So many are looked at that one more would be too much." },
      [NOT_ALL]: { description: "It is not known: a socket worker did not answer in time." },
    },
    async answer({ query }, { primary }) {
      const { id, seconds = SECONDS, messages } = readQuery(TAIL, query);
      if (primary.tails.full) return full();
      const { answers, silent } = await askEverywhere(primary, "list", { ids: [id] }, 0, 1);
      const found = answers.find(({ answer }) => answer.connections.length > 0);
      if (found === undefined) {
        if (silent.length > 0) return { status: NOT_ALL, body: { error: silence(silent) } };
        return { status: 404, body: { error: "there is no such connection" } };
      }
      const tail = primary.tails.open(found, id, { seconds, messages });
      if (tail === undefined) return full();
      return { status: 200, headers: { "content-type": "application/x-ndjson" }, body: new Parts(tail) };
    },
  },
};

function full(): Answer {
  return { status: 503, body: { error: "so many connections are looked at that one more would be too much" } };
}
