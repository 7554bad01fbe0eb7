import type { ConnectionFacts } from "../../dashboard/requests.ts";
import { type Api, failureText } from "./api.ts";
import { ask, type Question } from "./dialog.ts";
import { amount } from "./figures.ts";
import { notice } from "./notices.ts";
import { tagQuery } from "./tag-query.ts";

/** Connections that something is to be done with. */
export interface Meant {
  /** As the control port is told. */
  readonly query: string;
  readonly count: number;
  /** As people are told: `connection abc of ann`, `24 connections with plan=pro`. */
  readonly words: string;
}

interface Action {
  readonly path: string;
  question(meant: Meant): Question;
  body(said: string): Pick<{ body: string; type: string }, "body"> & { type?: string };
  /** What was done. */
  readonly done: string;
}

const SEND: Action = {
  path: "/send",
  question: ({ words, count }) => ({
    title: "Send",
    text: `Sends this to ${words}, as an event of the channel $direct.`,
    action: `Send to ${count}`,
    field: { label: "What to send", hint: "JSON where it is JSON, else text.", placeholder: '{ "hello": "world" }' },
  }),
  body: (said) => (isJson(said) ? { body: said, type: "application/json" } : { body: said, type: "text/plain" }),
  done: "Sent to",
};

const TAG: Action = {
  path: "/settags",
  question: ({ words, count }) => ({
    title: "Set tags",
    text: `Sets these tags of ${words}.`,
    action: `Tag ${count}`,
    field: {
      ...{ label: "Tags", placeholder: "plan=pro trial=", hint: "name=value; without a value the tag is deleted." },
      check: tagProblem,
    },
  }),
  body: (said) => ({ body: tagQuery(said) }),
  done: "Set tags of",
};

const CLOSE: Action = {
  path: "/close",
  question: ({ words, count }) => ({
    title: "Close",
    text: `Closes ${words}, with code 1000: clients do not come back by themselves after that.`,
    action: `Close ${count}`,
    danger: true,
    field: { label: "Last words", hint: "Sent before; may be empty.", optional: true },
  }),
  body: (said) => SEND.body(said),
  done: "Closed",
};

export const ACTIONS = { send: SEND, tag: TAG, close: CLOSE };
export type ActionName = keyof typeof ACTIONS;

/** Asks, does it, and says what became of it. @returns whether it was done */
export async function act(api: Api, name: ActionName, meant: Meant): Promise<boolean> {
  const { path, question, body, done } = ACTIONS[name];
  const said = await ask(question(meant));
  if (said === undefined) return false;
  try {
    const query = meant.query === "" ? "id=*" : meant.query;
    const request = said === "" ? {} : body(said);
    const { count } = (await api.ask({ method: "POST", path, query, ...request })) as { count: number };
    notice(`${done} ${amount(count, "connection")}.`);
    return true;
  } catch (error) {
    notice(failureText(error), true);
    return false;
  }
}

/** What people are told of one connection. */
export function meantOne({ id, worker, user }: ConnectionFacts): Meant {
  const whose = user === undefined ? "" : ` of user “${user}”`;
  return {
    query: new URLSearchParams({ id }).toString(),
    count: 1,
    words: `connection ${id}${whose} at worker ${worker}`,
  };
}

/** And of all that were found. */
export function meantAll(query: string, typed: string, count: number): Meant {
  const which = query === "" ? "all of them" : `with ${typed.trim()}`;
  return { query, count, words: `${amount(count, "connection")}, ${which}` };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function tagProblem(text: string): string | undefined {
  try {
    return tagQuery(text) === "" ? "Write at least one tag, as name=value." : undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
