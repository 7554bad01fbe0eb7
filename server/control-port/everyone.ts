import type { AnswerTo, Asked, QuestionName } from "../control/control-questions.ts";
import type { MemberAnswer } from "../primary/control-desk.ts";
import type { Answer, Controlled } from "./route.ts";

/** What all socket workers together answered. */
export interface Gathered<One> {
  readonly answers: readonly MemberAnswer<One>[];
  /** Numbers of the workers that stayed silent: what became of it there is not known. */
  readonly silent: readonly number[];
}

/** The status of an answer that is not whole, as somebody did not answer in time. */
export const NOT_ALL = 504;

/** Asks all socket workers. Those that do not answer in time are told of by the numbers that people know them by. */
export async function askEveryone<Name extends QuestionName>(
  primary: Pick<Controlled, "control" | "workers">,
  name: Name,
  ...args: Asked<Name>
): Promise<Gathered<AnswerTo<Name>>> {
  // before it is asked: one that dies of it is no longer among them afterwards
  const numbers = workerNumbers(primary);
  const { answers, silent } = await primary.control.askAll(name, args);
  return { answers, silent: numbersOf(silent, numbers) };
}

/** The numbers that people know socket workers by, by those that no other process ever has. */
export function workerNumbers({ workers }: Pick<Controlled, "workers">): ReadonlyMap<number, number> {
  return new Map(workers.map(({ member, number }) => [member, number]));
}

/** Whoever did not answer, for people to read. */
export function silence(silent: readonly number[]): string {
  return `no answer of worker ${silent.join(", ")}: what became of it there is not known`;
}

/** A count over all socket workers: a number as text, or JSON for who wants that. */
export function countAnswer(
  count: number,
  silent: readonly number[],
  wantsJson: boolean,
  more: Readonly<Record<string, unknown>> = {},
): Answer {
  const status = silent.length === 0 ? 200 : NOT_ALL;
  if (wantsJson) return { status, body: { count, ...more, ...(silent.length > 0 && { silent }) } };
  return { status, body: silent.length === 0 ? String(count) : `${count}\n${silence(silent)}\n` };
}

function numbersOf(members: readonly number[], numbers: ReadonlyMap<number, number>): number[] {
  return [...new Set(members.map((member) => numbers.get(member) ?? member))].sort((one, other) => one - other);
}
