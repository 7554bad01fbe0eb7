import { afterAll, beforeAll, onTestFinished } from "vitest";
import { startRedisCluster } from "../../links/test/redis-cluster-servers.ts";
import { startHost, testPrefix } from "../../redis/test/hosts.ts";
import { BUDGET, type Claiming, describeAnswers, WINDOW_MS } from "../test/answers-suite.ts";
import { knowOneAnother, startSessionHost } from "../test/session-hosts.ts";
import { describeSessions } from "../test/sessions-suite.ts";
import { SharedAnswers } from "./shared-answers.ts";

/** So many names are of all parts that a Cluster's keys are divided into. */
const MARKS = 1_000;

let url: string;
let end: () => Promise<void>;
beforeAll(async () => {
  const server = await startRedisCluster();
  url = server.url;
  end = () => server.end();
});
afterAll(() => end());

async function startClaiming(prefix: string): Promise<Claiming> {
  const answers = new SharedAnswers({ ...(await startHost(url, prefix)), windowMs: WINDOW_MS, budget: BUDGET });
  onTestFinished(() => answers.close());
  return { answers, claimant: {}, marks: MARKS };
}

describeAnswers("two hosts with a Redis Cluster", async () => {
  const prefix = testPrefix();
  const [one, other] = await Promise.all([startClaiming(prefix), startClaiming(prefix)]);
  return { one, other };
});

describeSessions("two hosts with a Redis Cluster", async () => {
  const prefix = testPrefix();
  const start = () => startSessionHost(url, prefix, { marks: MARKS });
  const [one, other] = await Promise.all([start(), start()]);
  return { one, other, known: () => knowOneAnother(one, other) };
});
