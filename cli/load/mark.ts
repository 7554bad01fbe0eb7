/** Text before a mark, by which subscribers know it, wherever in a publication it stands. */
const HEAD = "load:";
const MARK = /load:([0-9a-z]{1,16}):(\d{1,16}):(\d{1,12})/;
/** What is looked through for a mark at most: values of one publication. */
const MOST_VALUES = 1_000;

/** What a publication of a run says of itself. */
export interface Mark {
  readonly run: string;
  /** When it was sent, in microseconds of the machine's monotonic clock. */
  readonly sentAt: number;
  /** Which client's it is. */
  readonly client: number;
}

export function writeMark({ run, sentAt, client }: Mark): string {
  return `${HEAD}${run}:${Math.round(sentAt)}:${client}`;
}

/** Finds the mark in what was published; undefined where it has none. */
export function findMark(data: unknown): Mark | undefined {
  const open: unknown[] = [data];
  for (let seen = 0; open.length > 0 && seen < MOST_VALUES; seen++) {
    const value = open.pop();
    if (typeof value === "string") {
      const [, run, sentAt, client] = (value.includes(HEAD) && MARK.exec(value)) || [];
      if (run !== undefined) return { run, sentAt: Number(sentAt), client: Number(client) };
    } else if (typeof value === "object" && value !== null) open.push(...Object.values(value).slice(0, MOST_VALUES));
  }
  return undefined;
}
