import type { Option } from "../../server/config/option.ts";

/** All there is to know of an option of one command: what reads a command line and what prints its help go by it. */
export interface CommandOption<Value> extends Omit<Option<Value>, "group" | "env"> {
  /** Environment variable. @default none: it can be set by its flag alone */
  readonly env?: string;
  /** What the flag means when it stands alone, without a value. @default none: it needs a value */
  readonly alone?: string;
  /** One letter that stands for the flag. @default none */
  readonly short?: string;
  /** Whether the flag may be given more than once; its type takes all their texts, as an array. @default false: the last counts */
  readonly many?: true;
}

export type CommandOptions = Readonly<Record<string, CommandOption<unknown>>>;

/** Every option's value, checked. */
export type Settings<Options extends CommandOptions> = {
  readonly [Key in keyof Options]: Options[Key] extends { readonly type: { readonly _output: infer Value } }
    ? Value
    : never;
};

/** Infers an option's type. */
export function commandOption<Value>(definition: CommandOption<Value>): CommandOption<Value> {
  return definition;
}
