import type { AppError } from "../../shared/errors.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Uplink } from "../bus/uplink.ts";
import type { Connection } from "../connection/connection.ts";
import { CallContext } from "../dispatch/context.ts";
import type { Services } from "../dispatch/services.ts";
import type { QueuedCall } from "../primary/queued/queued-calls.ts";
import { randomText } from "../random-text.ts";
import { callKey } from "../sessions/key-name.ts";
import { readAnswer } from "./answer.ts";
import { packEnqueue, readCalls } from "./enqueue-data.ts";
import { goneProcedure } from "./gone-procedure.ts";
import type { JobOrder } from "./queue-procedure.ts";
import { QueuedRun, type Queueing } from "./queued-run.ts";

/** Bytes of randomness in the id of a job. */
const JOB_ID_BYTES = 16;
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
  /** Keys of sessions that the primary is being asked about, and how often. */
  readonly #asking = new Map<string, number>();
  /** Questions for a session's calls that are not answered yet, and jobs that clients had the answers of meanwhile. */
  #asked = 0;
  readonly #doneSince = new Set<string>();
  /** Connections whose calls will be asked for once more. */
  readonly #again = new Set<Connection>();
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
    const job = randomText(JOB_ID_BYTES);
    const { id, procedure } = context;
    const call: QueuedCall = { job, call: id, procedure: procedure.name, key };
    const { user, tags } = session;
    const { internal: system } = context.connection;
    const data = packEnqueue({ ...call, target, user, tags, system, input: this.#pack.pack(input) });
    this.#wait(run, job);
    const asked = this.#ask(session.id, key);
    this.#uplink.ask(BusType.ENQUEUE, session.id, data, (error, frame) => {
      asked();
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
    if (heard && run.job !== undefined) this.#doneWith(run.session.id, run.job);
  }

  left(run: QueuedRun, unwanted: boolean): void {
    this.#leave(run);
    const { job, session, key } = run;
    if (!unwanted || job === undefined || this.#runs.has(job)) return;
    // another call of its key may turn out to wait for the same job
    if (key === undefined || !this.#asking.has(callKey(session.id, key))) this.#tellDone(session.id, job);
  }

  /**
   * A client has come back to its session: what it waits for comes here from now on.
   * @param known called when it is known what that is, or that it is not to be known now; not where the connection is gone.
   *   `adopt` has it here
   */
  resume(connection: Connection, known: (adopt: () => void) => void): void {
    const { session } = connection;
    if (!this.#needed || session === undefined) {
      known(() => undefined);
      return;
    }
    // of these the primary hears at the end of this turn
    if (this.#asked === 0) for (const [, job] of this.#done) this.#doneSince.add(job);
    this.#asked++;
    this.#uplink.ask(BusType.QUEUED_CALLS, session.id, undefined, (_, frame) => {
      const calls = frame && readCalls(frame.data).filter(({ job }) => !this.#doneSince.has(job));
      this.#asked--;
      if (this.#asked === 0) this.#doneSince.clear();
      if (!connection.open || connection.session !== session) return;
      known(() => {
        if (calls === undefined) this.#resumeLater(connection);
        else for (const call of calls) this.#adopt(call, connection);
      });
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

  /** Once for each connection, however much there was no room for. */
  #resumeLater(connection: Connection): void {
    if (this.#again.has(connection)) return;
    this.#again.add(connection);
    const resume = (): void => {
      this.#again.delete(connection);
      if (connection.open) this.resume(connection, (adopt) => adopt());
    };
    setTimeout(resume, AGAIN_MS * (1 + Math.random())).unref();
  }

  /** @returns what is to be called when it is answered */
  #ask(session: string, key: string | undefined): () => void {
    if (key === undefined) return NOTHING;
    const name = callKey(session, key);
    this.#asking.set(name, (this.#asking.get(name) ?? 0) + 1);
    return () => {
      const left = (this.#asking.get(name) ?? 1) - 1;
      if (left === 0) this.#asking.delete(name);
      else this.#asking.set(name, left);
    };
  }

  #adopt(call: QueuedCall, connection: Connection): void {
    const services = this.#services();
    // its client has asked for it again already, or uses its id for something else
    if (connection.calls?.has(call.call) === true) return;
    const procedure = services.procedures.get(call.procedure) ?? goneProcedure(call.procedure, services.unknown);
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
    if (this.#asked > 0) this.#doneSince.add(job);
    if (this.#done.push([session, job]) === 1) process.nextTick(this.#tellAllDone);
  }

  readonly #tellAllDone = (): void => {
    const done = this.#done;
    this.#done = [];
    for (const [session, job] of done) this.#tellDone(session, job);
  };

  #tellDone(session: string, job: string): void {
    if (this.#asked > 0) this.#doneSince.add(job);
    this.#uplink.tell(BusType.QUEUED_DONE, session, Buffer.from(job));
  }
}

const NOTHING = (): void => undefined;

/** What of the bus is about queued calls. */
export function queuedFrames(calls: () => RemoteCalls) {
  return {
    [BusType.QUEUED_AS]: (frame: BusFrame) => calls().isAs(frame),
    [BusType.QUEUED_ANSWER]: (frame: BusFrame) => calls().answered(frame),
    [BusType.QUEUED_ANSWER_LATER]: (frame: BusFrame) => calls().later(frame),
    [BusType.QUEUED_PROGRESS]: (frame: BusFrame) => calls().progress(frame),
  };
}
