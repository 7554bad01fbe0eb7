import { Kind } from "../../../../shared/message.ts";
import { readAnswer } from "../../../queued/answer.ts";
import type { Opened, QueuedCall, QueuedCalls, Waiter } from "../queued-calls.ts";

/** A waiter that remembers what it was told. */
export class Listener implements Waiter {
  readonly heard: [job: string, text: string][] = [];
  readonly meanwhile: string[] = [];

  answered(job: string, answer: Uint8Array): void {
    const { kind, change, bytes } = readAnswer(Buffer.from(answer));
    const changed = change === undefined ? "" : ` ${JSON.stringify(change)}`;
    this.heard.push([job, kind === Kind.ERROR ? `error${changed}` : `${Buffer.from(bytes)}${changed}`]);
  }

  progress(_job: string, data: Uint8Array): void {
    this.meanwhile.push(Buffer.from(data).toString());
  }
}

let jobs = 0;

/** A call that there has not been. */
export function aCall(key?: string): QueuedCall {
  jobs++;
  return { job: `job-${jobs}`, call: jobs, procedure: "work", key };
}

export function opened(calls: QueuedCalls, session: string, call: QueuedCall, waiter: Waiter): Promise<Opened> {
  return new Promise((resolve, reject) => {
    calls.open(session, call, waiter, (error, result) => (result === undefined ? reject(error) : resolve(result)));
  });
}

/** The queue has a job. */
export function queued(calls: QueuedCalls, session: string, job: string): Promise<void> {
  return new Promise((resolve, reject) => {
    calls.queued(session, job, (error) => (error === undefined ? resolve() : reject(error)));
  });
}

/** The queue does not seem to have a job. @returns whether it has it after all */
export function notQueued(calls: QueuedCalls, session: string, job: string): Promise<boolean> {
  return new Promise((resolve) => calls.refused(session, job, resolve));
}

/** The same, and the queue has it. */
export async function enqueued(calls: QueuedCalls, session: string, call: QueuedCall, waiter: Waiter): Promise<Opened> {
  const result = await opened(calls, session, call, waiter);
  await queued(calls, session, result.job);
  return result;
}

/** @returns jobs */
export function resumed(calls: QueuedCalls, session: string, waiter: Waiter): Promise<readonly QueuedCall[]> {
  return new Promise((resolve, reject) => {
    calls.resume(session, waiter, (error, found) => (error === undefined ? resolve(found) : reject(error)));
  });
}

export function answered(calls: QueuedCalls, session: string, job: string, answer: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => calls.answer(session, job, answer, resolve));
}
