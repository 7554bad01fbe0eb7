/** A publication, or who came or left, as it is shown. */
export interface Arrival {
  /** The connection's name. */
  readonly connection: string;
  readonly channel: string;
  readonly data: unknown;
  readonly offset?: number | undefined;
  readonly pattern?: string | undefined;
  readonly presence?: "join" | "leave";
}

/** What a command is, where more than one may run. */
export interface Source {
  /** The number by which it can be cancelled. */
  readonly id: number;
  /** Since it began, in milliseconds. */
  readonly ms: number;
  /** Whether so many items were asked for that all of them are to be shown. @default false */
  readonly all?: true;
}

/** Where all that a session has to say goes: to people at a terminal, or to a program that reads a pipe. */
export interface View {
  /** What a command gave. Undefined is nothing. */
  result(value: unknown, source: Source): void;
  /** One item of several that a command gives. */
  item(value: unknown, source: Source): void;
  /** What is told to people, and already a text for them; to programs it is a `value` like any other, if there is one. */
  text(text: string, value?: unknown): void;
  arrival(arrival: Arrival): void;
  /** What people may like to know, and no program. */
  note(text: string): void;
  /** What happened that nobody asked for: a connection is lost, or back. */
  warn(text: string): void;
  /** What went wrong. @param id of the command, where there is one */
  problem(text: string, id?: number): void;
}
