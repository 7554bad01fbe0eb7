import { replCommand } from "../definition.ts";
import { LineError } from "../line-error.ts";
import { optional, word } from "../parameters.ts";

export const unsub = replCommand({
  usage: "[CHANNEL]",
  summary: "ends a subscription to a channel or pattern, or all there are",
  parameters: { channel: optional(word("subscription")) },
  connected: true,
  run(_, { values: { channel }, connection }) {
    const { subscriptions, name } = connection();
    const found = channel === undefined ? [...subscriptions.keys()] : [channel];
    for (const one of found) {
      const subscription = subscriptions.get(one);
      if (subscription === undefined) throw new LineError(`${name} is not subscribed to ${one}`);
      subscriptions.delete(one);
      subscription.unsubscribe();
    }
  },
});
