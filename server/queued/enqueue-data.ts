import { createPack } from "../../shared/msgpack-codec.ts";
import type { QueuedCall } from "../primary/queued/queued-calls.ts";
import type { Priority } from "../queues/job.ts";
import type { QueueTarget } from "./queue-procedure.ts";

/** What a socket worker says of a call that is to be queued. */
export interface EnqueueData extends QueuedCall {
  readonly target: QueueTarget;
  readonly user: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** Whether whoever has the control port calls: the primary knows of no such session. */
  readonly system: boolean;
  /** MessagePack. */
  readonly input: Uint8Array;
}

const { packAlone, unpack } = createPack();

export function packEnqueue({ job, call, procedure, key, target, user, tags, system, input }: EnqueueData): Uint8Array {
  const { name, group, ttlMs, retries, priority } = target;
  const head = [job, call, procedure, key ?? null, user ?? null, tags, system];
  return packAlone([...head, name, group, ttlMs, retries, priority, input]);
}

export function readEnqueue(data: Buffer): EnqueueData {
  const [job, call, procedure, key, user, tags, system, name, group, ttlMs, retries, priority, input] = unpack(
    data,
  ) as [
    ...[string, number, string, string | null, string | null, Record<string, string>, boolean],
    ...[string, string, number, number, Priority, Uint8Array],
  ];
  const target = { name, group, ttlMs, retries, priority };
  return { job, call, procedure, key: key ?? undefined, user: user ?? undefined, tags, system, target, input };
}

export function packCalls(calls: readonly QueuedCall[]): Uint8Array {
  return packAlone(calls.map(({ job, call, procedure, key }) => [job, call, procedure, key ?? null]));
}

export function readCalls(data: Buffer): readonly QueuedCall[] {
  const calls = unpack(data) as [string, number, string, string | null][];
  return calls.map(([job, call, procedure, key]) => ({ job, call, procedure, key: key ?? undefined }));
}
