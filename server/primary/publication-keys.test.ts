import { expect, it } from "vitest";
import { publicationKey } from "../sessions/key-name.ts";
import { KeptAnswers } from "./kept-answers.ts";
import { PublicationKeys } from "./publication-keys.ts";

it("a publication with a key is made once, and nothing is kept but its offset", () => {
  const answers = new KeptAnswers({ windowMs: 60_000, budget: 1_000_000 });
  const claimants = new Set<object>();
  const keys = new PublicationKeys({
    claim: (session, key, claimant, claimed) => {
      claimants.add(claimant);
      answers.claim(session, key, claimant, claimed);
    },
    settle: (...settlement) => answers.settle(...settlement),
  });
  let made = 0;
  const publish = () => ++made;
  for (const name of ["a", "b", "a", "b"]) keys.once(publicationKey("session", name), publish);
  expect(made).toBe(2);
  expect(keys.once(publicationKey("session", "a"), publish)).toBe(1);
  // whoever was remembered as one that runs something would be so for good
  expect(claimants.size).toBe(1);
  answers.close();
});
