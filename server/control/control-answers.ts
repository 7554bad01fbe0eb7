import { AppError } from "../../shared/errors.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Uplink } from "../bus/uplink.ts";
import { asRefusal } from "../dispatch/as-refusal.ts";
import type { AnswerData, AnswerTo, Asked, QuestionData, QuestionName } from "./control-questions.ts";

/** How a socket worker answers each question. */
export type ControlHandlers = {
  readonly [Name in QuestionName]: (...args: Asked<Name>) => AnswerTo<Name> | Promise<AnswerTo<Name>>;
};

export interface ControlAnswersOptions {
  readonly uplink: Pick<Uplink, "tell">;
  readonly pack: Pack;
  readonly handlers: ControlHandlers;
  /** Told of what a handler threw and nobody meant to. */
  failed(error: unknown): void;
}

/** Answers what the primary asks of this socket worker. */
export class ControlAnswers {
  readonly #options: ControlAnswersOptions;

  constructor(options: ControlAnswersOptions) {
    this.#options = options;
  }

  /** Tells the primary that it can be asked: one that is only just joining the bus has nothing to answer with. */
  begin(): void {
    this.#options.uplink.tell(BusType.CONTROL_READY, "");
  }

  receive({ data }: BusFrame): void {
    const [number, name, args] = this.#options.pack.unpack(data) as QuestionData;
    void this.#answer(number, name, args);
  }

  async #answer(number: number, name: QuestionName, args: readonly unknown[]): Promise<void> {
    const { handlers } = this.#options;
    try {
      const handler = handlers[name] as (...args: readonly unknown[]) => unknown;
      this.#tell([number, (await handler(...args)) ?? null]);
    } catch (error) {
      const named = error instanceof RangeError ? new AppError("BAD_REQUEST", error.message) : error;
      const { code, message, details } = asRefusal(named, this.#options.failed);
      this.#tell([number, null, code, message, details ?? null]);
    }
  }

  #tell(answer: AnswerData): void {
    const { pack, uplink } = this.#options;
    uplink.tell(BusType.CONTROL_ANSWER, "", pack.pack(answer));
  }
}

/** What of the bus is about that. */
export function controlFrames(answers: () => ControlAnswers) {
  return { [BusType.CONTROL]: (frame: BusFrame) => answers().receive(frame) };
}
