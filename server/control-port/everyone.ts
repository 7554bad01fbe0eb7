import * as z from "zod";
import type { AnswerTo, Asked, QuestionName } from "../control/control-questions.ts";
import type { MemberAnswer } from "../primary/control-desk.ts";
import type { Answer, Controlled } from "./route.ts";

/** What all socket workers together answered. */
export interface Gathered<One> {
  readonly answers: readonly MemberAnswer<One>[];
  readonly silent: readonly Silent[];
}

/** A worker that stayed silent, so that it is not known what became of it there: its number; of another host, `host/number`, or the host. */
export type Silent = number | string;

/** The same, as JSON. */
export const SILENT = z.array(z.union([z.number(), z.string()]));

/** The status of an answer that is not whole, as somebody did not answer in time. */
export const NOT_ALL = 504;

/** Asks all socket workers of all hosts. Those that do not answer in time are told of by the numbers that people know them by. */
export async function askEverywhere<Name extends QuestionName>(
  primary: Pick<Controlled, "control" | "workers">,
  name: Name,
  ...args: Asked<Name>
): Promise<Gathered<AnswerTo<Name>>> {
  // before it is asked: one that dies of it is no longer among them afterwards
  const numbers = workerNumbers(primary);
  const { answers, silent, silentElsewhere } = await primary.control.askEverywhere(name, args);
  return { answers, silent: [...numbersOf(silent, numbers), ...silentElsewhere] };
}

/** The numbers that people know socket workers by, by those that no other process ever has. */
export function workerNumbers({ workers }: Pick<Controlled, "workers">): ReadonlyMap<number, number> {
  return new Map(workers.map(({ member, number }) => [member, number]));
}

/** Whoever did not answer, for people to read. */
export function silence(silent: readonly Silent[]): string {
  return `no answer of worker ${silent.join(", ")}: what became of it there is not known`;
}

/** A count over all socket workers: a number as text, or JSON for who wants that. */
export function countAnswer(
  count: number,
  silent: readonly Silent[],
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
