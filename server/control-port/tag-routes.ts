import * as z from "zod";
import { CloseCode } from "../../shared/codes.ts";
import { EVERYBODY, readSelector, type Selector } from "../tags/selector.ts";
import { checkTags, type TagChanges } from "../tags/tags.ts";
import { askEverywhere, countAnswer, NOT_ALL, SILENT } from "./everyone.ts";
import { BODY_TYPES, directBody } from "./request-body.ts";
import { BadRequest, type ControlRequest, type Route } from "./route.ts";

const MOST_TAG_BYTES = 65_536;
const COUNT = z.object({ count: z.number(), silent: SILENT.optional() });
const COUNTED = {
  200: { description: "How many connections that were.", text: "7", json: COUNT },
  400: { description: "What is wrong with the request." },
  413: { description: "The body is too large." },
  [NOT_ALL]: { description: "As far as is known: a socket worker did not answer in time.", text: "7", json: COUNT },
} as const;
const BODY = {
  description: "What is sent: bytes, or a value for connections that speak the protocol; anything else is text.",
  types: BODY_TYPES,
  most: ({ maxPayload }: { readonly maxPayload: number }) => maxPayload,
};

/**
 * Which connections a query means.
 * @throws BadRequest where it means none
 */
export function selectorOf({ query }: Pick<ControlRequest, "query">): Selector {
  try {
    return readSelector(query);
  } catch (error) {
    throw error instanceof RangeError ? new BadRequest(error.message) : error;
  }
}

/** The same, where no tag at all means every connection. */
export function filterOf(request: Pick<ControlRequest, "query">): Selector {
  return request.query.size === 0 ? EVERYBODY : selectorOf(request);
}

/** What can be done with connections, by what they are tagged with. */
export const TAG_ROUTES: Readonly<Record<string, Route>> = {
  "/send": {
    method: "POST",
    summary: "Sends the body to every connection that has all these tags.",
    query: "tags",
    body: BODY,
    answers: COUNTED,
    async answer(request, services) {
      const selector = selectorOf(request);
      const body = directBody(request, services);
      const { answers, silent } = await askEverywhere(services.primary, "send", selector, body);
      return countAnswer(sum(answers.map(({ answer }) => answer)), silent, request.wantsJson);
    },
  },
  "/settags": {
    method: "POST",
    summary: "Sets tags of every connection that has all these tags; an empty value deletes a tag.",
    query: "tags",
    body: {
      description: "Tags, as `admin=1&guest=`.",
      types: ["application/x-www-form-urlencoded"],
      most: () => MOST_TAG_BYTES,
    },
    answers: COUNTED,
    async answer(request, { primary }) {
      const selector = selectorOf(request);
      const changes = readChanges(request.body.toString().trim());
      const { answers, silent } = await askEverywhere(primary, "setTags", selector, changes);
      const refused = sum(answers.map(({ answer }) => answer[1]));
      const more = refused > 0 ? { refused } : {};
      return countAnswer(sum(answers.map(({ answer }) => answer[0])), silent, request.wantsJson, more);
    },
  },
  "/close": {
    method: "POST",
    summary: "Sends every connection that has all these tags the body, if there is one, and closes it.",
    query: "tags",
    body: BODY,
    answers: COUNTED,
    async answer(request, services) {
      const selector = selectorOf(request);
      const body = request.body.length === 0 ? null : directBody(request, services);
      const { answers, silent } = await askEverywhere(services.primary, "close", selector, body, CloseCode.NORMAL);
      return countAnswer(sum(answers.map(({ answer }) => answer)), silent, request.wantsJson);
    },
  },
};

function readChanges(text: string): TagChanges {
  const changes = new Map<string, string | null>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (changes.has(name)) throw new BadRequest(`the tag ${JSON.stringify(name)} is there twice`);
    changes.set(name, value === "" ? null : value);
  }
  if (changes.size === 0) throw new BadRequest("the body has to be tags, as admin=1&guest=");
  try {
    return checkTags(Object.fromEntries(changes));
  } catch (error) {
    throw error instanceof RangeError ? new BadRequest(error.message) : error;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
