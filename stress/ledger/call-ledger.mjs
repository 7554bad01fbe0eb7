/** What became of calls that may run once, and how often they ran. */
export class CallLedger {
  /** By the call's id: what tells its run from others, or that it failed. */
  #answers = new Map();
  #complain;

  constructor(complain) {
    this.#complain = complain;
  }

  answered(id, answer) {
    if (answer?.id !== id) {
      this.#complain(`call ${id} got the answer of call ${answer?.id}`);
      return;
    }
    const before = this.#answers.get(id);
    if (before !== undefined && before !== answer.run)
      this.#complain(`call ${id}, made twice with one key, was answered by two runs: ${before} and ${answer.run}`);
    this.#answers.set(id, answer.run);
  }

  /** @param runs what was noted on the server: a call's id and what tells its run from others, for each run */
  check(runs) {
    const byId = new Map();
    for (const [id, run] of runs) byId.set(id, [...(byId.get(id) ?? []), run]);
    for (const [id, own] of byId) {
      if (own.length > 1) this.#complain(`call ${id} ran ${own.length} times: ${own.join(", ")}`);
    }
    for (const [id, run] of this.#answers) {
      if (byId.get(id)?.includes(run) !== true)
        this.#complain(`call ${id} was answered by run ${run}, which never was`);
    }
  }
}
