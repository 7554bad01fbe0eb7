import type { AppError } from "../../../shared/errors.ts";
import type { Position } from "../../../shared/message.ts";
import type { Broker, Deliver, HistoryPage, Paged } from "../broker.ts";

/** What a driver brings along to be held against the contract. */
export interface BrokerSetup {
  /** A broker of one more process, on the same bus as the others of this test. */
  connect(deliver: Deliver): Promise<Broker>;
  /** Channels that, when each has passed something on, everything that was published before has been delivered. @default any one */
  readonly barriers?: readonly string[];
  /** Ends everything, whatever state the brokers are in. */
  close(): Promise<void>;
  /** Takes the bus away from under its brokers, as if its host had died. */
  breakDown(): void;
}

/** One process as the suite sees it: its broker, and what it was handed. */
export interface Process {
  readonly broker: Broker;
  readonly delivered: string[];
  subscribe(channel: string): Promise<AppError | undefined>;
  publish(channel: string, text: string): Promise<AppError | undefined>;
  from(channel: string, since: Position | undefined): Promise<ReadPage>;
  history(channel: string, limit: number, before: number): Promise<ReadPage>;
}

interface ReadPage extends Omit<HistoryPage, "publications"> {
  readonly texts: readonly string[];
}

/** A page is valid only while it is told. */
function read(resolve: (page: ReadPage) => void, reject: (error: unknown) => void): Paged {
  return (error, page) => {
    if (page === undefined) reject(error);
    else resolve({ ...page, texts: page.publications.map((data) => Buffer.from(data).toString()) });
  };
}

/** A process more on a bus. */
export async function startProcess(bus: BrokerSetup): Promise<Process> {
  const delivered: string[] = [];
  const broker = await bus.connect((channel, data, offset) => {
    delivered.push(`${channel} ${Buffer.from(data).toString()}${offset === undefined ? "" : ` @${offset}`}`);
  });
  return {
    broker,
    delivered,
    subscribe: (channel) => new Promise((resolve) => broker.subscribe(channel, resolve)),
    publish: (channel, text) => new Promise((resolve) => broker.publish(channel, Buffer.from(text), resolve)),
    from: (channel, since) =>
      new Promise((resolve, reject) => broker.subscribeFrom(channel, { since, latest: false }, read(resolve, reject))),
    history: (channel, limit, before) =>
      new Promise((resolve, reject) => broker.history(channel, limit, before, read(resolve, reject))),
  };
}
