import type { Channel } from "rabbitmq-client";
import type { Link } from "./lifeline.ts";

/** What can be asked of RabbitMQ on one connection. When that breaks, the channel is gone. */
export type AmqpChannel = Channel;

/** Told why a link is gone; may be told more than once. */
export type Lost = (error: Error) => void;

const CONNECT_MS = 5_000;
/** A broker that is silent for twice as long is gone, in seconds. */
const HEARTBEAT = 10;

/** Opens one connection with one channel, and all that is wanted of it; what fails meanwhile fails all of it. */
export async function openChannel<L extends Link>(
  url: string,
  lost: Lost,
  signal: AbortSignal,
  setUp: (channel: AmqpChannel, close: () => void) => Promise<L>,
): Promise<L> {
  const { Connection } = await import("rabbitmq-client");
  signal.throwIfAborted();
  const connection = new Connection({ url, connectionTimeout: CONNECT_MS, heartbeat: HEARTBEAT });
  const close = (): void => connection.unsafeDestroy();
  let failed: Lost | undefined;
  const failure = new Promise<never>((_, reject) => {
    failed = reject;
  });
  failure.catch(() => undefined);
  const fail = (error: Error): void => {
    failed?.(error);
    lost(error);
    close();
  };
  connection.on("error", fail);
  const open = async (): Promise<L> => {
    const channel = await connection.acquire({ emitErrorsFromChannel: true });
    channel.on("error", fail);
    // behind its error, if it has one
    channel.on("close", () => setImmediate(() => fail(new Error("RabbitMQ has closed the channel"))));
    return setUp(channel, close);
  };
  signal.addEventListener("abort", close);
  try {
    return await Promise.race([open(), failure]);
  } catch (error) {
    close();
    throw error;
  } finally {
    // from here on whoever has the link closes it
    signal.removeEventListener("abort", close);
  }
}
