import type { AppError } from "../../shared/errors.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Uplink } from "../bus/uplink.ts";
import type { Connection } from "../connection/connection.ts";
import { CallContext } from "../dispatch/context.ts";
import type { Services } from "../dispatch/services.ts";
import type { QueuedCall } from "../primary/queued/queued-calls.ts";
import { readAnswer } from "./answer.ts";
import { packEnqueue, readCalls } from "./enqueue-data.ts";
import { createJobId } from "./job-ids.ts";
import type { JobOrder } from "./queue-procedure.ts";
import { QueuedRun, type Queueing } from "./queued-run.ts";

/** What had no room, or could not be known, is asked for again after so many milliseconds, up to twice as many. */
const AGAIN_MS = 1_000;

/** Calls of this socket worker's connections that a queue keeps. All there is to know of them is known to the primary as well. */
export class RemoteCalls implements Queueing {
  readonly #uplink: Uplink;
  readonly #pack: Pack;
  /** Who waits for which job: several where a client asks for one call more than once. */
  readonly #runs = new Map<string, QueuedRun[]>();
  /** Sessions, and jobs of theirs whose answers clients have. */
  #done: [session: string, job: string][] = [];
  /** Connections of which the primary is asked what they wait for; and jobs of which they have been told since. */
  readonly #resuming = new Map<Connection, { questions: number; readonly told: Set<string> }>();
  #needed = false;

  readonly #services: () => Services;

  /** @param services of the socket worker, when it has them */
  constructor(uplink: Uplink, pack: Pack, services: () => Services) {
    this.#uplink = uplink;
    this.#pack = pack;
    this.#services = services;
  }

  /** Jobs that somebody here waits for. */
  get size(): number {
    return this.#runs.size;
  }

  /** There are procedures whose calls are queued. */
  need(): void {
    this.#needed = true;
    this.#uplink.tell(BusType.QUEUE_NEEDED, "");
  }

  enqueue(run: QueuedRun, { target, input }: JobOrder): void {
    const { session, key, context } = run;
    const job = createJobId();
    const { id, procedure } = context;
    const call: QueuedCall = { job, call: id, procedure: procedure.name, key };
    const { user, tags } = session;
    const data = packEnqueue({ ...call, target, user, tags, input: this.#pack.pack(input) });
    this.#wait(run, job);
    this.#uplink.ask(BusType.ENQUEUE, session.id, data, (error, frame) => {
      if (frame === undefined) {
        this.#refused(run, error as AppError);
        return;
      }
      run.acknowledge();
    });
  }

  /** A call waits for the job of another one with its key. */
  isAs({ channel: job, data }: BusFrame): void {
    for (const run of this.#runs.get(data.toString()) ?? []) {
      this.#leave(run);
      this.#wait(run, job);
    }
  }

  told(run: QueuedRun, heard: boolean): void {
    this.#leave(run);
    if (!heard || run.job === undefined) return;
    this.#resuming.get(run.context.connection)?.told.add(run.job);
    this.#doneWith(run.session.id, run.job);
  }

  left(run: QueuedRun, unwanted: boolean): void {
    this.#leave(run);
    const { job, session } = run;
    if (unwanted && job !== undefined && !this.#runs.has(job)) this.#doneWith(session.id, job);
  }

  /** A client has come back to its session: what it waits for comes here from now on. */
  resume(connection: Connection): void {
    const { session } = connection;
    if (!this.#needed || session === undefined) return;
    const resuming = this.#asked(connection, session.id);
    this.#uplink.ask(BusType.QUEUED_CALLS, session.id, undefined, (error, frame) => {
      resuming.questions--;
      if (resuming.questions === 0) this.#resuming.delete(connection);
      if (!connection.open || connection.session !== session) return;
      // what has been told since it was asked is over, whatever the primary knew then
      const calls = frame && readCalls(frame.data).filter(({ job }) => !resuming.told.has(job));
      if (calls !== undefined) for (const call of calls) this.#adopt(call, connection);
      else if (error !== undefined) this.#resumeLater(connection);
    });
  }

  answered({ channel: job, data }: BusFrame): void {
    const runs = this.#runs.get(job);
    if (runs === undefined) return;
    const { kind, change, bytes } = readAnswer(Buffer.from(data));
    // whoever hears it first has what it changes
    let left = change;
    for (const run of [...runs]) {
      run.tell({ kind, change: left, bytes });
      left = undefined;
    }
  }

  /** There was no room for an answer. */
  later({ channel: job }: BusFrame): void {
    const [run] = this.#runs.get(job) ?? [];
    if (run !== undefined) this.#resumeLater(run.context.connection);
  }

  progress({ channel: job, data }: BusFrame): void {
    const runs = this.#runs.get(job);
    if (runs === undefined) return;
    const copy = Buffer.from(data);
    for (const run of runs) run.progress(copy);
  }

  #asked(connection: Connection, session: string): { questions: number; readonly told: Set<string> } {
    let resuming = this.#resuming.get(connection);
    if (resuming === undefined) {
      // of these the primary hears at the end of this turn
      const told = this.#done.filter(([whose]) => whose === session).map(([, job]) => job);
      resuming = { questions: 0, told: new Set(told) };
      this.#resuming.set(connection, resuming);
    }
    resuming.questions++;
    return resuming;
  }

  #resumeLater(connection: Connection): void {
    setTimeout(() => connection.open && this.resume(connection), AGAIN_MS * (1 + Math.random())).unref();
  }

  #adopt(call: QueuedCall, connection: Connection): void {
    const services = this.#services();
    const procedure = services.procedures.get(call.procedure);
    // its client has asked for it again already, or uses its id for something else
    if (procedure === undefined || connection.calls?.has(call.call) === true) return;
    const context = new CallContext(connection, call.call, procedure, undefined, procedure.timeoutMs, services);
    const run = new QueuedRun(context, call.key, this, services);
    this.#wait(run, call.job);
    run.awaitAnswer();
  }

  #refused(run: QueuedRun, error: AppError): void {
    this.#leave(run);
    run.job = undefined;
    run.reject(error);
  }

  #wait(run: QueuedRun, job: string): void {
    run.job = job;
    const runs = this.#runs.get(job);
    if (runs === undefined) this.#runs.set(job, [run]);
    else runs.push(run);
  }

  #leave(run: QueuedRun): void {
    const { job } = run;
    const runs = job === undefined ? undefined : this.#runs.get(job);
    if (runs === undefined || job === undefined) return;
    if (runs.length === 1 && runs[0] === run) this.#runs.delete(job);
    else if (runs.includes(run)) runs.splice(runs.indexOf(run), 1);
  }

  /** Said right after what was sent in this turn has left: until then whoever dies has not told its client. */
  #doneWith(session: string, job: string): void {
    if (this.#done.push([session, job]) === 1) process.nextTick(this.#tellDone);
  }

  readonly #tellDone = (): void => {
    const done = this.#done;
    this.#done = [];
    for (const [session, job] of done) this.#uplink.tell(BusType.QUEUED_DONE, session, Buffer.from(job));
  };
}

/** What of the bus is about queued calls. */
export function queuedFrames(calls: () => RemoteCalls) {
  return {
    [BusType.QUEUED_AS]: (frame: BusFrame) => calls().isAs(frame),
    [BusType.QUEUED_ANSWER]: (frame: BusFrame) => calls().answered(frame),
    [BusType.QUEUED_ANSWER_LATER]: (frame: BusFrame) => calls().later(frame),
    [BusType.QUEUED_PROGRESS]: (frame: BusFrame) => calls().progress(frame),
  };
}
