import * as z from "zod";
import { APP_ROUTES } from "./app-routes.ts";
import { CONNECTION_ROUTES } from "./connection-routes.ts";
import { describeApi } from "./open-api.ts";
import { PROCESS_ROUTES } from "./process-routes.ts";
import type { Route } from "./route.ts";
import { TAG_ROUTES } from "./tag-routes.ts";
import { TAIL_ROUTES } from "./tail-routes.ts";

/** Everything that the control port can be asked for, by path. A Map, as paths come from outside. */
export const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ...Object.entries(PROCESS_ROUTES),
  ...Object.entries(TAG_ROUTES),
  ...Object.entries(CONNECTION_ROUTES),
  ...Object.entries(APP_ROUTES),
  ...Object.entries(TAIL_ROUTES),
  [
    "/openapi.json",
    {
      method: "GET",
      summary: "Describes all of this, as OpenAPI.",
      answers: { 200: { description: "That.", json: z.looseObject({ openapi: z.string() }) } },
      answer: (_, { version }) => ({ status: 200, body: describeApi(ROUTES, version) }),
    },
  ],
]);
