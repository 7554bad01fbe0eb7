import { AppError } from "../../shared/errors.ts";
import { askRoute, failureAnswer } from "../control-port/ask-route.ts";
import { bodyTooLarge } from "../control-port/request-body.ts";
import { type ControlServices, Parts } from "../control-port/route.ts";
import type { Logger } from "../logger.ts";
import type { ControlAnswer, ControlRequest } from "./requests.ts";

/** Characters of one answer. Whoever wants more has the control port itself. */
const LONGEST = 524_288;

/** Does what the control port does when it is asked the same, by the same functions. */
export async function controlCall(
  { method, path, query, body = "", type }: ControlRequest,
  services: ControlServices,
  log: Pick<Logger, "error">,
): Promise<ControlAnswer> {
  const bytes = Buffer.from(body);
  const asked = {
    ...{ method, path, query, headers: type === undefined ? {} : { "content-type": type }, wantsJson: true },
    body(most: number) {
      return bytes.length > most ? Promise.reject(bodyTooLarge(most)) : Promise.resolve(bytes);
    },
  };
  const answer = await askRoute(asked, services).catch((error: unknown) => failureAnswer(error, log));
  return { status: answer.status, body: await textOf(answer.body) };
}

async function textOf(body: unknown): Promise<string> {
  if (typeof body === "string") return bounded(body);
  if (!(body instanceof Parts)) return bounded(JSON.stringify(body));
  let text = "";
  for await (const part of body.parts) text = bounded(text + part);
  return text;
}

function bounded(text: string): string {
  if (text.length <= LONGEST) return text;
  throw new AppError("TOO_LARGE", "The answer is too long for this page. The control port gives all of it.");
}
