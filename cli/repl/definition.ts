import type { Connection } from "./connection.ts";
import type { Connections } from "./connections.ts";
import type { Parameters, Values } from "./parameters.ts";
import type { Job, Running } from "./running.ts";
import type { View } from "./view/view.ts";

/** What commands work with. */
export interface Repl {
  readonly view: View;
  readonly connections: Connections;
  readonly running: Running;
  /** Where `connect` goes to that is told no address. */
  readonly defaultUrl: string;
  /** Whether somebody types, and does not wait for one line's end before the next. */
  readonly interactive: boolean;
  /** Ends the session after this line. */
  leave(): void;
}

/** What one line is about. */
export interface Call<Of extends Parameters> {
  readonly values: Values<Of>;
  /** The connection that was named by `@name`, or the current one. @throws LineError where there is none */
  connection(): Connection;
  /** Numbers the line, and can be cancelled. */
  readonly job: Job;
}

/** All there is to know of a command: running, help and completion go by it. */
export interface ReplCommand {
  /** What follows its name, as the help shows it. */
  readonly usage: string;
  /** One line. */
  readonly summary: string;
  /** Further lines for `help NAME`. */
  readonly details?: string;
  readonly parameters: Parameters;
  /** Whether `@name` may follow the command. */
  readonly connected: boolean;
  /** Resolves when all is done. */
  run(repl: Repl, call: Call<Parameters>): Promise<void> | void;
}

interface Definition<Of extends Parameters> extends Omit<ReplCommand, "parameters" | "run" | "connected"> {
  readonly parameters: Of;
  /** @default false */
  readonly connected?: boolean;
  run(repl: Repl, call: Call<Of>): Promise<void> | void;
}

/** Infers the types of what the command is told. */
export function replCommand<const Of extends Parameters>(definition: Definition<Of>): ReplCommand {
  // what is read by the parameters is what `run` gets
  return { connected: false, ...definition } as unknown as ReplCommand;
}
