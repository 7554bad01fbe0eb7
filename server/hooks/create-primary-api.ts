import { CloseCode } from "../../shared/codes.ts";
import { AppError } from "../../shared/errors.ts";
import { createPack } from "../../shared/msgpack-codec.ts";
import type { ToTagged } from "../app.ts";
import type { Config } from "../config.ts";
import { closeReason } from "../connection/close-reason.ts";
import type { Asked, ConnectionFacts, ConnectionPage, QuestionName } from "../control/control-questions.ts";
import { bodyOf } from "../control/direct-body.ts";
import { statusReport } from "../control-port/status-report.ts";
import type { Logger } from "../logger.ts";
import { packedData } from "../packed-data.ts";
import { ANSWER_MS } from "../primary/control-desk.ts";
import type { Primary } from "../primary/primary.ts";
import { revokeCode } from "../sessions/user-bus.ts";
import { readSelector, type Selector } from "../tags/selector.ts";
import { checkTags } from "../tags/tags.ts";
import type { PrimaryApi } from "./primary-api.ts";
import { shownConfig } from "./shown-config.ts";

const MOST_WORKERS = 512;
/** Connections that are told of at a time. */
const PAGE = 500;

/** What hooks get in the primary. */
export function createPrimaryApi(primary: Primary, config: Config, log: Logger): PrimaryApi {
  const pack = createPack();
  return {
    ...{ log, node: config.node, config: shownConfig(config) },
    get ready() {
      return primary.ready;
    },
    workers: async () => (await statusReport(primary)).workers,
    toTagged: (tags) => toTagged(primary, readSelector(Object.entries(tags))),
    list: (tags) => list(primary, readSelector(Object.entries(tags))),
    async publish(channel, data) {
      packedData(data, pack); // looks at the data
      const member = primary.workers.find(({ serving }) => serving)?.member;
      const answer = member === undefined ? undefined : await primary.control.ask(member, "publish", [channel, data]);
      if (answer === undefined) throw new AppError("UNAVAILABLE", "No socket worker serves, or it did not answer.");
    },
    revoke(target, { ban = false } = {}) {
      const code = revokeCode(ban);
      const { users } = primary;
      return "user" in target ? users.revokeUser(target.user, code) : users.revokeSession(target.session, code);
    },
    scale(workers) {
      if (!Number.isInteger(workers) || workers < 1 || workers > MOST_WORKERS) {
        throw new RangeError(`The number of socket workers has to be a whole number from 1 to ${MOST_WORKERS}.`);
      }
      return primary.scale(workers);
    },
    reload: () => primary.reload(),
    on: (event, listener) => primary.events.on(event, listener),
  };
}

/** The same that an application has, from here. */
function toTagged({ control }: Primary, selector: Selector): ToTagged {
  const pack = createPack();
  async function ask<Name extends QuestionName & ("send" | "setTags" | "close")>(name: Name, args: Asked<Name>) {
    const { answers, silent } = await control.askAll(name, args);
    const counts = answers.map(({ answer }) => (typeof answer === "number" ? answer : answer[0]));
    const count = counts.reduce((sum, one) => sum + one, 0);
    if (silent.length === 0) return count;
    const text = `${silent.length} socket workers did not answer in time.`;
    throw new AppError("UNAVAILABLE", text, { count, silent: silent.length });
  }
  return {
    publish: async (data) => ask("send", [selector, bodyOf(data, pack)]),
    setTags: async (changes) => ask("setTags", [selector, checkTags(changes)]),
    async close(code = CloseCode.NORMAL) {
      closeReason(code); // looks at the code
      return ask("close", [selector, null, code]);
    },
  };
}

async function* list({ control }: Primary, selector: Selector): AsyncGenerator<ConnectionFacts> {
  const { answers } = await control.askAll("list", [selector, 0, PAGE]);
  for (const { member, path, answer } of answers) {
    let page: ConnectionPage | undefined = answer;
    while (page !== undefined) {
      yield* page.connections;
      if (page.next === undefined) break;
      page = (await control.ask(member, "list", [selector, page.next, PAGE], ANSWER_MS, path))?.answer;
    }
  }
}
