import { REPL_COMMANDS } from "./command-table.ts";
import type { Connection } from "./connection.ts";
import type { Connections } from "./connections.ts";
import type { Kind } from "./parameters.ts";
import type { Running } from "./running.ts";

/** What can be offered to who presses the tabulator. */
export interface Known {
  readonly connections: Connections;
  readonly running: Running;
}

/**
 * What the last word of a line could become.
 * @returns the candidates, and the word that they take the place of
 */
export function complete(line: string, { connections, running }: Known): [candidates: string[], word: string] {
  const words = line.trimStart().split(/\s+/);
  const word = words.at(-1) ?? "";
  const [name = ""] = words;
  if (words.length === 1) return offer([...REPL_COMMANDS.keys()], word);
  const command = REPL_COMMANDS.get(name);
  if (command === undefined) return [[], word];
  const second = words[1] ?? "";
  const target = command.connected && second.startsWith("@") ? second.slice(1) : undefined;
  if (target !== undefined && words.length === 2)
    return offer(
      connections.names.map((one) => `@${one}`),
      word,
    );
  const position = words.length - (target === undefined ? 2 : 3);
  const kind = Object.values(command.parameters)[position]?.kind ?? "nothing";
  const at = target === undefined ? connections.current : connections.all.find((one) => one.name === target);
  return offer(CANDIDATES[kind](at, { connections, running }), word);
}

function offer(all: readonly string[], word: string): [string[], string] {
  // one that has to be written in quotation marks cannot be completed by what follows them
  const found = all.filter((candidate) => candidate.startsWith(word) && /^[\p{L}\p{N}\p{P}\p{S}]+$/u.test(candidate));
  return [[...new Set(found)].sort().map((candidate) => `${candidate} `), word];
}

const CANDIDATES: Readonly<Record<Kind, (at: Connection | undefined, known: Known) => readonly string[]>> = {
  nothing: () => [],
  command: () => [...REPL_COMMANDS.keys()],
  connection: (_, { connections }) => connections.names,
  procedure: (at) => at?.known.map(({ name }) => name) ?? [],
  channel: (at) => [...(at?.channels ?? [])],
  subscription: (at) => [...(at?.subscriptions.keys() ?? [])],
  job: (_, { running }) => running.jobs.map(({ id }) => String(id)),
  rand: () => ["call", "pub", "send"],
  presence: () => ["presence"],
};
