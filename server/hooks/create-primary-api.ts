import { AppError } from "../../shared/errors.ts";
import { createPack } from "../../shared/msgpack-codec.ts";
import { MOST_WORKERS } from "../config/process-options.ts";
import type { Config } from "../config.ts";
import type { ConnectionFacts } from "../control/control-questions.ts";
import { listEveryone } from "../control-port/list-everyone.ts";
import { statusReport } from "../control-port/status-report.ts";
import type { Logger } from "../logger.ts";
import { packedData } from "../packed-data.ts";
import type { Primary } from "../primary/primary.ts";
import { revokeCode } from "../sessions/user-bus.ts";
import { toTagged } from "../tags/every-tagged.ts";
import { readSelector, type Selector } from "../tags/selector.ts";
import type { PrimaryApi } from "./primary-api.ts";
import { shownConfig } from "./shown-config.ts";

/** What hooks get in the primary. */
export function createPrimaryApi(primary: Primary, config: Config, log: Logger): PrimaryApi {
  const pack = createPack();
  return {
    ...{ log, node: config.node, config: shownConfig(config) },
    get ready() {
      return primary.ready;
    },
    workers: async () => (await statusReport(primary)).workers,
    toTagged: (tags) => toTagged(tags, pack, (question) => primary.control.count(question)),
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

async function* list(primary: Primary, selector: Selector): AsyncGenerator<ConnectionFacts> {
  yield* (await listEveryone(primary, selector)).connections;
}
