/** What is offered to the server, and how much of it. */
export interface ShareOptions<Name extends string = string> {
  /** The functions that the server may call, by their names; no others. */
  readonly functions: readonly Name[];
  /** What stands before each name, as the server calls it. @default "" */
  readonly prefix?: string;
  /** How many calls may run at once. @default 1 */
  readonly concurrency?: number;
  /** How many more may wait for their turn. @default 16 */
  readonly queue?: number;
  /**
   * How long a call may run, in milliseconds; each item of a generator begins the time anew. What still runs then is
   * ended, with its web worker if need be, and answered with `TIMEOUT`. @default 10_000
   */
  readonly timeoutMs?: number;
  /**
   * How large an input may be, in bytes: about what it takes on its way, where each value, each name and each character
   * counts as one byte and each number as eight. A larger one is answered with `TOO_LARGE`. @default 1_048_576
   */
  readonly inputBytes?: number;
  /**
   * What share of each ten seconds calls may run, those that run at the same time added up: 0.5 is five seconds, 2 is two
   * cores. Looked at before a call begins; one that runs is not cut short for it. @default 0.5
   */
  readonly busy?: number;
  /** Whether calls may begin while nobody sees the page. @default false */
  readonly whileHidden?: boolean;
}
