import { AppError } from "../../shared/errors.ts";
import { createPack } from "../../shared/msgpack-codec.ts";
import { type BusFrame, BusType } from "../bus/bus-frame.ts";
import type { Link } from "../bus/link.ts";
import type {
  AllAskedData,
  AnswerData,
  AnswerTo,
  AskAllData,
  Asked,
  QuestionData,
  QuestionName,
} from "../control/control-questions.ts";
import type { Desk, DeskMember } from "./desk.ts";
import { Questions } from "./questions.ts";

/** What one socket worker answered. */
export interface MemberAnswer<Answer> {
  /** Its number among all processes that were ever forked. */
  readonly member: number;
  readonly answer: Answer;
}

/** What all of them did. */
export interface AllAnswers<Answer> {
  readonly answers: readonly MemberAnswer<Answer>[];
  /** Those that did not answer in time, or went before they had. */
  readonly silent: readonly number[];
}

export interface ControlDeskOptions {
  /** Bytes that may wait for one socket worker. */
  readonly linkBudget: number;
}

/** How long a socket worker may take to answer, in milliseconds. */
export const ANSWER_MS = 2_000;

interface Member {
  readonly number: number;
  readonly link: Link;
  readonly questions: Questions<AnswerData>;
}

/** Asks socket workers what the control port is asked: all of them, or one. */
export class ControlDesk implements Desk {
  readonly #mostUnsent: number;
  readonly #members = new Map<number, Member>();
  readonly #pack = createPack();

  constructor({ linkBudget }: ControlDeskOptions) {
    // as many as hold up publications: what is asked here must not do that to everybody
    this.#mostUnsent = linkBudget / 2;
  }

  joined(link: Link, number: number): DeskMember {
    const member: Member = { number, link, questions: new Questions() };
    this.#members.set(number, member);
    return {
      receive: (frame) => {
        if (frame.type === BusType.CONTROL_ANSWER) this.#answered(member, frame);
        else if (frame.type === BusType.ASK_ALL) void this.#askFor(link, frame);
      },
      left: () => {
        this.#members.delete(number);
        member.questions.giveUp();
      },
    };
  }

  close(): void {
    for (const { questions } of this.#members.values()) questions.giveUp();
  }

  /** Those that are there to be asked, by their numbers among all that were ever forked. */
  get members(): Iterable<number> {
    return this.#members.keys();
  }

  /**
   * Asks every socket worker that is there. One that refuses counts as one that answered nothing.
   * @throws AppError what one of them refused it with, where none did anything else
   */
  async askAll<Name extends QuestionName>(
    name: Name,
    args: Asked<Name>,
    limitMs = ANSWER_MS,
  ): Promise<AllAnswers<AnswerTo<Name>>> {
    const answers: MemberAnswer<AnswerTo<Name>>[] = [];
    const silent: number[] = [];
    const refusals: AppError[] = [];
    await Promise.all(
      [...this.#members.values()].map(async (member) => {
        const answer = await this.#ask(member, name, args, limitMs);
        if (answer === undefined) silent.push(member.number);
        else if (answer.length > 2) refusals.push(refusalOf(answer));
        else answers.push({ member: member.number, answer: answer[1] as AnswerTo<Name> });
      }),
    );
    if (answers.length === 0 && refusals[0] !== undefined) throw refusals[0];
    return { answers, silent };
  }

  /**
   * Asks one socket worker.
   * @returns undefined where it does not answer in time, or is gone
   * @throws AppError what it refuses with
   */
  async ask<Name extends QuestionName>(
    number: number,
    name: Name,
    args: Asked<Name>,
    limitMs = ANSWER_MS,
  ): Promise<{ readonly answer: AnswerTo<Name> } | undefined> {
    const member = this.#members.get(number);
    const answer = member && (await this.#ask(member, name, args, limitMs));
    if (answer === undefined) return undefined;
    if (answer.length > 2) throw refusalOf(answer);
    return { answer: answer[1] as AnswerTo<Name> };
  }

  #ask({ link, questions }: Member, name: QuestionName, args: readonly unknown[], limitMs: number) {
    if (link.unsent > this.#mostUnsent) return Promise.resolve(undefined);
    return questions.ask(limitMs, (number) => {
      link.send(BusType.CONTROL, 0, "", this.#pack.pack([number, name, args] satisfies QuestionData));
    });
  }

  /** An application of one worker wants something of connections, wherever they are. */
  async #askFor(link: Link, { reference, data }: BusFrame): Promise<void> {
    const [name, args] = this.#pack.unpack(data) as AskAllData;
    let answer: AllAskedData;
    try {
      const { answers, silent } = await this.askAll(name, args as Asked<typeof name>);
      const counts = answers.map((one) => (Array.isArray(one.answer) ? one.answer[0] : one.answer) as number);
      answer = [counts.reduce((sum, count) => sum + count, 0), silent.length];
    } catch (error) {
      const { code, message } = error instanceof AppError ? error : new AppError("INTERNAL");
      answer = [0, 0, code, message];
    }
    link.send(BusType.ALL_ASKED, reference, "", this.#pack.pack(answer));
  }

  #answered({ questions }: Member, { data }: BusFrame): void {
    const answer = this.#pack.unpack(data) as AnswerData;
    questions.answer(answer[0], answer);
  }
}

function refusalOf([, , code = "INTERNAL", message, details]: AnswerData): AppError {
  return new AppError(code, message, details ?? undefined);
}
