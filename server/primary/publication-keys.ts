import { Claim } from "../sessions/claim.ts";
import { parted } from "../sessions/key-name.ts";
import type { Answers } from "./answers.ts";

/**
 * Sees to it that a publication with a key is made once. Other than a call, it is over as soon as it has begun, so that
 * there is never a doubt whether it was carried out.
 */
export class PublicationKeys {
  readonly #answers: Pick<Answers, "claim" | "settle">;
  /** One for all publications: what is over at once needs no process that it runs in, and must not hold on to one. */
  readonly #claimant = {};

  constructor(answers: Pick<Answers, "claim" | "settle">) {
    this.#answers = answers;
  }

  /**
   * Publishes, unless that has been done.
   * @param key a session, a space, and what is unique in it
   * @returns the offset that the publication has, now or since it was made
   */
  once(key: string, publish: () => number | undefined): number | undefined {
    const [session, own] = parted(key);
    let offset: number | undefined;
    let runs = false;
    this.#answers.claim(session, own, this.#claimant, (claim, answer) => {
      runs = claim === Claim.RUN;
      if (answer !== "") offset = Number(answer);
      return true;
    });
    if (!runs) return offset;
    offset = publish();
    this.#answers.settle(session, own, Claim.ANSWERED, offset === undefined ? "" : String(offset));
    return offset;
  }
}
