import type { ConnectionFacts, ConnectionPage } from "../control/control-questions.ts";
import { ANSWER_MS } from "../primary/control-desk.ts";
import type { Selector } from "../tags/selector.ts";
import { askEverywhere, type Silent, workerNumbers } from "./everyone.ts";
import type { Controlled } from "./route.ts";

/** Connections that a worker is asked for at a time. */
const PAGE = 500;

/** Connections of all socket workers of all hosts as they come, and who did not answer. */
export interface Listing {
  readonly connections: AsyncIterable<ConnectionFacts>;
  /** Grows while they come. */
  readonly silent: readonly Silent[];
}

/** Asks all socket workers for the first page at once, so that one that is silent is known before anything is said. */
export async function listEveryone(
  primary: Pick<Controlled, "control" | "workers">,
  selector: Selector,
): Promise<Listing> {
  const numbers = workerNumbers(primary);
  const first = await askEverywhere(primary, "list", selector, 0, PAGE);
  const silent = [...first.silent];
  async function* connections() {
    for (const { member, path, answer } of first.answers) {
      let page: ConnectionPage | undefined = answer;
      while (page !== undefined) {
        yield* page.connections;
        if (page.next === undefined) break;
        page = (await primary.control.ask(member, "list", [selector, page.next, PAGE], ANSWER_MS, path))?.answer;
      }
      if (page === undefined) silent.push(numbers.get(member) ?? member);
    }
  }
  return { connections: connections(), silent };
}
