import { AppError } from "../../shared/errors.ts";
import { createPack } from "../../shared/msgpack-codec.ts";
import type { AnswerTo, Asked, QuestionName } from "../control/control-questions.ts";
import { Questions } from "../primary/questions.ts";
import { HostTopic } from "../redis/host-topic.ts";
import type { SharedRedis } from "../redis/shared-redis.ts";
import type { Hosts } from "./hosts.ts";

/** What one socket worker of some host answered. */
interface WorkerAnswer {
  readonly member: number;
  readonly path: string;
  readonly answer: unknown;
}

/** What those of one host did. */
export interface HostAnswers {
  readonly answers: readonly WorkerAnswer[];
  /** Those that did not answer, by the numbers that people know them by. */
  readonly silent: readonly number[];
}

/** What those of all other hosts did. */
export interface OtherAnswers<Answer> {
  /** Members are numbers that no worker of this host has: `ask` knows where they are. */
  readonly answers: readonly { readonly member: number; readonly path: string; readonly answer: Answer }[];
  /** Hosts, and workers of them as `host/number`, that did not answer. */
  readonly silent: readonly string[];
}

/** What is asked. Without a member it is asked of all. */
export interface HostQuestion {
  readonly name: QuestionName;
  readonly args: readonly unknown[];
  readonly limitMs: number;
  /** Of one application; undefined for all. */
  readonly path: string | undefined;
  readonly member: number | undefined;
}

export interface HostQuestionsOptions {
  readonly redis: SharedRedis;
  readonly hosts: Hosts;
  /** Asks the socket workers of this host. @throws AppError where they refuse */
  answer(question: HostQuestion): Promise<HostAnswers>;
}

/** On its way: without a path, or a member, there is null. */
type Ask = readonly [
  number: number,
  from: string,
  name: QuestionName,
  args: readonly unknown[],
  limitMs: number,
  path: string | null,
  member: number | null,
];

/** With a code and a text where it is a refusal. */
type Told =
  | readonly [number: number, answers: readonly WorkerAnswer[], silent: readonly number[]]
  | readonly [number: number, answers: null, code: string, message: string];

/** How much longer another host may take than its workers may, in milliseconds. */
const WAY_MS = 500;
/** Members of other hosts are numbered in steps of this, so that each host has its own. */
const HOST_STEP = 0x1_0000_0000;

/** Asks the socket workers of other hosts, and lets other hosts ask those of this one. */
export class HostQuestions {
  readonly #options: HostQuestionsOptions;
  readonly #pack = createPack();
  readonly #questions = new Questions<Told>();
  /** Ids of hosts, by their places. */
  readonly #known: string[] = [];

  constructor(options: HostQuestionsOptions) {
    this.#options = options;
    const { redis } = options;
    redis.listen(HostTopic.ASK, (data) => void this.#asked(this.#pack.unpack(data) as Ask));
    redis.listen(HostTopic.ANSWER, (data) => {
      const told = this.#pack.unpack(data) as Told;
      this.#questions.answer(told[0], told);
    });
  }

  /** Asks all socket workers of all other hosts. */
  async askAll<Name extends QuestionName>(
    name: Name,
    args: Asked<Name>,
    limitMs: number,
    path: string | undefined,
  ): Promise<OtherAnswers<AnswerTo<Name>>> {
    const answers: OtherAnswers<AnswerTo<Name>>["answers"][number][] = [];
    const silent: string[] = [];
    const { hosts } = this.#options;
    const others = [...hosts.alive.values()].filter(({ id }) => id !== hosts.own);
    await Promise.all(
      others.map(async ({ id, node }) => {
        const told = await this.#ask(id, { name, args, limitMs, path, member: undefined });
        // what became of it there is not known, or it was refused there and not here
        if (told === undefined || told[1] === null) {
          silent.push(node);
          return;
        }
        for (const number of told[2]) silent.push(`${node}/${number}`);
        const step = this.#stepOf(id);
        for (const one of told[1]) {
          answers.push({ member: step + one.member, path: one.path, answer: one.answer as AnswerTo<Name> });
        }
      }),
    );
    return { answers, silent };
  }

  /** Whether a member is another host's. */
  isElsewhere(member: number): boolean {
    return member >= HOST_STEP;
  }

  /**
   * Asks one of them.
   * @returns undefined where it does not answer in time, or is gone
   * @throws AppError what it refuses with
   */
  async ask<Name extends QuestionName>(
    member: number,
    name: Name,
    args: Asked<Name>,
    limitMs: number,
    path: string,
  ): Promise<{ readonly answer: AnswerTo<Name> } | undefined> {
    const host = this.#known[Math.floor(member / HOST_STEP) - 1];
    if (host === undefined) return undefined;
    const told = await this.#ask(host, { name, args, limitMs, path, member: member % HOST_STEP });
    if (told?.[1] === null) throw new AppError(told[2], told[3]);
    const first = told?.[1][0];
    return first && { answer: first.answer as AnswerTo<Name> };
  }

  close(): void {
    this.#questions.giveUp();
  }

  #ask(host: string, { name, args, limitMs, path, member }: HostQuestion): Promise<Told | undefined> {
    const { redis } = this.#options;
    return this.#questions.ask(limitMs + WAY_MS, (number) => {
      const ask: Ask = [number, redis.host, name, args, limitMs, path ?? null, member ?? null];
      redis.tell(host, HostTopic.ASK, this.#pack.pack(ask));
    });
  }

  async #asked([number, from, name, args, limitMs, path, member]: Ask): Promise<void> {
    const { redis, answer } = this.#options;
    let told: Told;
    try {
      const question = { name, args, limitMs, path: path ?? undefined, member: member ?? undefined };
      const { answers, silent } = await answer(question);
      told = [number, answers, silent];
    } catch (error) {
      const { code, message } = error instanceof AppError ? error : new AppError("INTERNAL");
      told = [number, null, code, message];
    }
    redis.tell(from, HostTopic.ANSWER, this.#pack.pack(told));
  }

  #stepOf(host: string): number {
    let place = this.#known.indexOf(host);
    if (place === -1) place = this.#known.push(host) - 1;
    return (place + 1) * HOST_STEP;
  }
}
