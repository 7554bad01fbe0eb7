import { pause } from "../pause.ts";
import { decodeJob } from "./job.ts";
import type { DeadJob } from "./job-queue.ts";
import { connectRabbit, type RabbitLink } from "./rabbitmq-link.ts";
import type { RabbitTopology } from "./rabbitmq-topology.ts";

/** When it is tried again where somebody else looks at them, in milliseconds. */
const TAKEN_MS = 50;

/**
 * Looks at the dead letters, and puts them back where they were: RabbitMQ has no other way. One at a time does so, as others
 * would find none meanwhile; and on a connection of its own, so that they go back whatever happens.
 * @returns the newest, at most so many
 */
export async function readDeadLetters(
  url: string,
  topology: RabbitTopology,
  limit: number,
  signal: AbortSignal,
): Promise<readonly DeadJob[]> {
  for (;;) {
    const link = await connectRabbit(url, topology, () => undefined, signal);
    const close = (): void => link.close();
    signal.addEventListener("abort", close);
    try {
      if (await takeTurn(link, topology)) return await readAll(link, topology, limit);
    } finally {
      signal.removeEventListener("abort", close);
      close();
    }
    await pause(TAKEN_MS, signal);
    signal.throwIfAborted();
  }
}

/** A queue of one connection is there until that is gone, and another one cannot make it. */
async function takeTurn({ channel }: RabbitLink, { dead }: RabbitTopology): Promise<boolean> {
  try {
    await channel.queueDeclare({ queue: `${dead}.reading`, exclusive: true, autoDelete: true });
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === "RESOURCE_LOCKED") return false;
    throw error;
  }
}

async function readAll({ channel }: RabbitLink, { dead }: RabbitTopology, limit: number): Promise<readonly DeadJob[]> {
  const { messageCount } = await channel.queueDeclare({ queue: dead, passive: true });
  if (messageCount === 0) return [];
  const found: DeadJob[] = [];
  let left = messageCount;
  await new Promise<void>((resolve, reject) => {
    const read = channel.basicConsume({ queue: dead }, ({ body, headers }) => {
      left--;
      const job = left < 0 ? undefined : decodeJob(body);
      if (job !== undefined) found.push({ job, error: String(headers?.error) });
      if (found.length > limit) found.shift();
      if (left === 0) resolve();
    });
    read.catch(reject);
  });
  // they are back before somebody else has a turn
  channel.basicNack({ deliveryTag: 0, multiple: true, requeue: true });
  await channel.close();
  return found.reverse();
}
