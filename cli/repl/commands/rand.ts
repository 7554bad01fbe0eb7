import { AppError } from "../../../shared/errors.ts";
import type { Connection } from "../connection.ts";
import { replCommand } from "../definition.ts";
import { choice, count, optional, word } from "../parameters.ts";
import { randomInput } from "../random/random-input.ts";
import { dice } from "../random/random-json.ts";

const MOST = 100_000;
/** Requests that are under way at the same time. */
const AT_ONCE = 16;

export const rand = replCommand({
  usage: "call|pub|send NAME [N]",
  summary: "calls or publishes 1 or N times with random data, and tells how that went",
  details:
    "The data fits the schema of the procedure's input, where the server tells one; otherwise it is any JSON.\n  Up to 16 are under way at once.",
  parameters: { what: choice("rand", "call", "pub", "send"), name: word("procedure"), n: optional(count(1, MOST)) },
  connected: true,
  async run({ view }, { values: { what, name, n = 1 }, connection, job }) {
    const at = connection();
    const { signal, id } = job;
    const schema = (await at.procedures()).find((procedure) => procedure.name === name)?.input;
    const times: number[] = [];
    const errors: Record<string, number> = Object.create(null);
    let begun = 0;

    async function inTurn(): Promise<void> {
      while (begun < n && !signal.aborted) {
        begun++;
        const began = performance.now();
        try {
          await DOES[what](at, name, randomInput(what === "pub" ? undefined : schema, dice), signal);
          times.push(performance.now() - began);
        } catch (error) {
          if (signal.aborted) return;
          const code = error instanceof AppError ? error.code : String(error);
          errors[code] = (errors[code] ?? 0) + 1;
        }
      }
    }

    await Promise.all(Array.from({ length: Math.min(n, AT_ONCE) }, inTurn));
    signal.throwIfAborted();
    view.result({ ok: times.length, errors: { ...errors }, ms: quantiles(times) }, { id, ms: job.ms() });
  },
});

type Do = (at: Connection, name: string, data: unknown, signal: AbortSignal) => unknown;

const DOES: Readonly<Record<"call" | "pub" | "send", Do>> = {
  call: ({ client }, name, data, signal) => client.call(name, data, { signal, attempts: 1 }),
  pub: ({ client }, name, data, signal) => client.publish(name, data, { signal }),
  send: ({ client }, name, data) => client.notify(name, data),
};

function quantiles(times: number[]): Readonly<Record<string, number>> {
  const sorted = times.sort((a, b) => a - b);
  const at = (part: number) =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0).toFixed(2));
  return sorted.length === 0 ? {} : { median: at(0.5), p99: at(0.99), max: at(1) };
}
