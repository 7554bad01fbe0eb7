import { onTestFinished } from "vitest";
import { KeptAnswers } from "./kept-answers.ts";
import { BUDGET, describeAnswers, WINDOW_MS } from "./test/answers-suite.ts";

describeAnswers("a primary alone", async () => {
  const answers = new KeptAnswers({ windowMs: WINDOW_MS, budget: BUDGET });
  onTestFinished(() => answers.close());
  return { one: { answers, claimant: {} }, other: { answers, claimant: {} } };
});
