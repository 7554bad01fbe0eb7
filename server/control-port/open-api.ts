import * as z from "zod";
import type { AnswerDescription, BodyDescription, Route } from "./route.ts";

/** What every path may answer that needs the token. */
const REFUSALS = {
  401: { description: "The token is missing, or another." },
  403: { description: "The control port is not for browsers' pages, nor for this address." },
};
const ERROR = { type: "object", properties: { error: { type: "string" } }, required: ["error"] };

/**
 * Describes the control port, as a document of OpenAPI 3.1: https://spec.openapis.org/oas/v3.1.1.html
 * @param version of this package
 */
export function describeApi(routes: ReadonlyMap<string, Route>, version: string): object {
  return {
    openapi: "3.1.0",
    info: {
      title: "Fugitive's control port",
      version,
      description: "For back ends and operators: what connections there are, and what is to become of them.",
    },
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
    paths: Object.fromEntries(
      [...routes].map(([path, route]) => [path, { [route.method.toLowerCase()]: operation(path, route) }]),
    ),
  };
}

function operation(path: string, { summary, query, body, answers, open }: Route) {
  const parameters = query === undefined ? [] : query === "tags" ? [TAGS] : parametersOf(query);
  return {
    operationId: path.slice(1).replace(/\W/g, "_"),
    summary,
    // a token is needed where one is configured
    security: open ? [] : [{}, { token: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: requestBody(body) }),
    responses: Object.fromEntries(
      Object.entries({ ...answers, ...(open ? {} : REFUSALS) }).map(([status, answer]) => [status, response(answer)]),
    ),
  };
}

const TAGS = {
  name: "tags",
  in: "query",
  description:
    "Tags that connections have to have, all of them. Every connection has `id`, `user` where it is somebody's, " +
    "`session`, `worker` and `path`. `id` may be several, with commas between them, and then no other tag counts; " +
    "`id=*` is every connection.",
  style: "form",
  explode: true,
  schema: { type: "object", additionalProperties: { type: "string" } },
};

function parametersOf(query: z.ZodObject): object[] {
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: "input" });
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    ...(typeof schema === "object" && schema.description !== undefined && { description: schema.description }),
    schema,
  }));
}

function requestBody({ description, types }: BodyDescription): object {
  return { description, content: Object.fromEntries(types.map((type) => [type, {}])) };
}

function response({ description, json, text, textType = "text/plain" }: AnswerDescription): object {
  const content = {
    ...(json !== undefined && { "application/json": { schema: z.toJSONSchema(json) } }),
    ...(text !== undefined && { [textType]: { example: text } }),
  };
  const nothing = json === undefined && text === undefined;
  return { description, content: nothing ? { "application/json": { schema: ERROR } } : content };
}
