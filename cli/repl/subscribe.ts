import type { Connection } from "./connection.ts";
import type { Repl } from "./definition.ts";
import type { Job } from "./running.ts";

/**
 * Subscribes until `unsub`, and shows what comes. Resolves when the server has subscribed.
 * @throws what the server refused with
 */
export async function subscribe(
  { view }: Repl,
  connection: Connection,
  channel: string,
  presence: boolean,
  job: Job,
): Promise<void> {
  const { client, subscriptions, name } = connection;
  const before = subscriptions.get(channel);
  const subscription = client.subscribe(
    channel,
    (data, { channel: from, offset, pattern }) => {
      connection.saw(from);
      view.arrival({ connection: name, channel: from, data, offset, pattern });
    },
    { presence },
  );
  subscription.on("gap", () => view.note(`${channel}: publications are missing, and cannot be had any more`));
  if (presence) {
    subscription.on("presence", (change, data) => view.arrival({ connection: name, channel, presence: change, data }));
  }
  // the last subscription to a channel takes the place of one before, so that nothing is shown twice
  subscriptions.set(channel, subscription);
  before?.unsubscribe();
  const forget = () => {
    if (subscriptions.get(channel) === subscription) subscriptions.delete(channel);
    subscription.unsubscribe();
  };
  job.signal.addEventListener("abort", forget, { once: true });
  try {
    await subscription.ready;
  } catch (error) {
    forget();
    throw job.signal.aborted ? job.signal.reason : error;
  }
  job.signal.removeEventListener("abort", forget);
  connection.saw(channel);
  // it may end much later, as where the session is another user's by then
  subscription.on("state", (state, { error }) => {
    if (state === "unsubscribed" && error !== undefined) {
      view.problem(`${channel}: ${error instanceof Error ? error.message : String(error)}`);
      forget();
    }
  });
  if (before === undefined) view.note(`subscribed to ${channel}`);
}
