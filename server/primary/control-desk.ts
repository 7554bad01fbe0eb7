import { AppError } from "../../shared/errors.ts";
import { createPack } from "../../shared/msgpack-codec.ts";
import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
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
import type { HostAnswers, HostQuestion, HostQuestions } from "../hosts/host-questions.ts";
import type { Desk, DeskMember } from "./desk.ts";
import { Questions } from "./questions.ts";

/** What one socket worker answered. */
export interface MemberAnswer<Answer> {
  /** Its number among all processes that were ever forked; of another host's, one to ask it by. */
  readonly member: number;
  /** Where the application is that answered it; an empty string for the main one. */
  readonly path: string;
  readonly answer: Answer;
}

/** What all of them did. */
export interface AllAnswers<Answer> {
  readonly answers: readonly MemberAnswer<Answer>[];
  /** Those that did not answer in time, or went before they had. */
  readonly silent: readonly number[];
}

/** What those of all hosts did. */
export interface EveryAnswer<Answer> extends AllAnswers<Answer> {
  /** Those of other hosts that did not answer: `host/number`, or a host. */
  readonly silentElsewhere: readonly string[];
}

export interface ControlDeskOptions {
  /** Bytes that may wait for one socket worker. */
  readonly linkBudget: number;
}

/** How long a socket worker may take to answer, in milliseconds. */
export const ANSWER_MS = 2_000;

interface Member {
  readonly number: number;
  readonly path: string;
  readonly link: Link;
  readonly questions: Questions<AnswerData>;
}

/** Asks socket workers what the control port is asked: all applications of all of them, or one. */
export class ControlDesk {
  readonly #mostUnsent: number;
  readonly #members = new Set<Member>();
  readonly #pack = createPack();
  #others: HostQuestions | undefined;

  constructor({ linkBudget }: ControlDeskOptions) {
    // as many as hold up publications: what is asked here must not do that to everybody
    this.#mostUnsent = linkBudget / 2;
  }

  /** From now on there are other hosts, which can be asked as well. */
  join(others: HostQuestions): void {
    this.#others = others;
  }

  /** The desk of one application's bus. @param path where it is; an empty string for the main one */
  of(path: string): Desk {
    return {
      joined: (link, number) => this.#joined(link, number, path),
      close: () => {
        for (const { questions } of this.#members) questions.giveUp();
      },
    };
  }

  #joined(link: Link, number: number, path: string): DeskMember {
    const member: Member = { number, path, link, questions: new Questions() };
    return {
      receive: (frame) => {
        // asked before, it would not know what to do with that
        if (frame.type === BusType.CONTROL_READY) this.#members.add(member);
        else if (frame.type === BusType.CONTROL_ANSWER) this.#answered(member, frame);
        else if (frame.type === BusType.ASK_ALL) void this.#askFor(member, frame);
      },
      left: () => {
        this.#members.delete(member);
        member.questions.giveUp();
      },
    };
  }

  /** Those that are there to be asked, by their numbers among all that were ever forked; several times where there are several applications. */
  *members(): Iterable<number> {
    for (const { number } of this.#members) yield number;
  }

  /** Bytes that wait for each of them. */
  *unsent(): Iterable<readonly [member: number, bytes: number]> {
    for (const { number, link } of this.#members) yield [number, link.unsent];
  }

  /** Asks every socket worker of every host. See {@link ControlDesk.askAll}. */
  async askEverywhere<Name extends QuestionName>(
    name: Name,
    args: Asked<Name>,
    limitMs = ANSWER_MS,
    path?: string,
  ): Promise<EveryAnswer<AnswerTo<Name>>> {
    const [own, others] = await Promise.all([
      this.askAll(name, args, limitMs, path),
      this.#others?.askAll(name, args, limitMs, path),
    ]);
    if (others === undefined) return { ...own, silentElsewhere: [] };
    return { ...own, answers: [...own.answers, ...others.answers], silentElsewhere: others.silent };
  }

  /** Answers another host. @param numberOf the number that people know a socket worker by */
  async answerHost(question: HostQuestion, numberOf: (member: number) => number): Promise<HostAnswers> {
    const { name, args, limitMs, path, member } = question;
    const asked = args as Asked<typeof name>;
    if (member === undefined) {
      const { answers, silent } = await this.askAll(name, asked, limitMs, path);
      return { answers, silent: silent.map(numberOf) };
    }
    const answered = await this.ask(member, name, asked, limitMs, path);
    return answered === undefined
      ? { answers: [], silent: [numberOf(member)] }
      : { answers: [{ member, path: path ?? "", answer: answered.answer }], silent: [] };
  }

  /**
   * Asks every socket worker of this host that is there. Where only some refuse, these count as silent.
   * @param path of one application; undefined for all
   * @throws AppError what one of them refused it with, where all did
   */
  async askAll<Name extends QuestionName>(
    name: Name,
    args: Asked<Name>,
    limitMs = ANSWER_MS,
    path?: string,
  ): Promise<AllAnswers<AnswerTo<Name>>> {
    const answers: MemberAnswer<AnswerTo<Name>>[] = [];
    const silent: number[] = [];
    const refusals: { readonly member: number; readonly error: AppError }[] = [];
    await Promise.all(
      [...this.#members].map(async (member) => {
        if (path !== undefined && member.path !== path) return;
        const answer = await this.#ask(member, name, args, limitMs);
        if (answer === undefined) silent.push(member.number);
        else if (answer.length > 2) refusals.push({ member: member.number, error: refusalOf(answer) });
        else answers.push({ member: member.number, path: member.path, answer: answer[1] as AnswerTo<Name> });
      }),
    );
    if (answers.length === 0 && silent.length === 0 && refusals[0] !== undefined) throw refusals[0].error;
    // what became of it there is not known either
    return { answers, silent: [...silent, ...refusals.map(({ member }) => member)] };
  }

  /**
   * Asks every host for what is answered by a count, and adds up.
   * @param path of one application; undefined for all
   * @returns of how many connections that is true, and how many socket workers stayed silent
   * @throws AppError as {@link askAll}
   */
  async count([name, args]: AskAllData, path?: string): Promise<readonly [count: number, silent: number]> {
    const asked = args as Asked<typeof name>;
    const { answers, silent, silentElsewhere } = await this.askEverywhere(name, asked, ANSWER_MS, path);
    const counts = answers.map(({ answer }) => (typeof answer === "number" ? answer : answer[0]));
    return [counts.reduce((sum, count) => sum + count, 0), silent.length + silentElsewhere.length];
  }

  /**
   * Asks one application of one socket worker.
   * @param path where that application is @default the main one
   * @returns undefined where it does not answer in time, or is gone
   * @throws AppError what it refuses with
   */
  async ask<Name extends QuestionName>(
    number: number,
    name: Name,
    args: Asked<Name>,
    limitMs = ANSWER_MS,
    path = "",
  ): Promise<{ readonly answer: AnswerTo<Name> } | undefined> {
    if (this.#others?.isElsewhere(number)) return this.#others.ask(number, name, args, limitMs, path);
    const member = [...this.#members].find((one) => one.number === number && one.path === path);
    return this.#askOne(member, name, args, limitMs);
  }

  /** Asks one application of whichever socket worker of this host. See {@link ControlDesk.ask}. */
  async askAny<Name extends QuestionName>(
    name: Name,
    args: Asked<Name>,
    limitMs = ANSWER_MS,
    path = "",
  ): Promise<{ readonly answer: AnswerTo<Name> } | undefined> {
    const member = [...this.#members].find((one) => one.path === path);
    return this.#askOne(member, name, args, limitMs);
  }

  async #askOne<Name extends QuestionName>(
    member: Member | undefined,
    name: Name,
    args: Asked<Name>,
    limitMs: number,
  ): Promise<{ readonly answer: AnswerTo<Name> } | undefined> {
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
  async #askFor({ link, path }: Member, { reference, data }: BusFrame): Promise<void> {
    const question = this.#pack.unpack(data) as AskAllData;
    let answer: AllAskedData;
    try {
      answer = await this.count(question, path);
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
