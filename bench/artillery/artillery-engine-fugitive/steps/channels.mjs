import { UnexpectedError } from "../errors.mjs";
import { EXPECTATIONS, matches, parseCapture, parseExpectation } from "../expectation.mjs";
import { Inbox } from "../inbox.mjs";
import { settled } from "../outcome.mjs";
import { parsePath, valueAt } from "../path.mjs";

const TIMEOUT_MS = 10_000;
const MOST_PUBLICATIONS = 1_000_000;

/** Subscribes to a channel or a pattern, and waits until the server has. */
export const subscribe = {
  fields: ["channel", "presence", "sentAt", "timeoutMs", "expect"],
  short: "channel",
  parse(fields, where) {
    const channel = fields.text("channel");
    const presence = fields.flag("presence", false);
    const timeoutMs = fields.milliseconds("timeoutMs", TIMEOUT_MS);
    const sentAt = fields.plainText("sentAt");
    const keys = sentAt === undefined ? undefined : parsePath(sentAt, where).keys;
    const expectation = parseExpectation(fields.raw("expect"), EXPECTATIONS.other, where);
    return async (user) => {
      const { client, context, report, subscriptions } = user;
      const name = channel(context);
      if (subscriptions.has(name)) return;
      const inbox = new Inbox();
      const started = performance.now();
      const subscription = client.subscribe(
        name,
        (data) => {
          user.received(keys === undefined ? undefined : valueAt(data, keys));
          inbox.push(data);
        },
        { presence },
      );
      subscriptions.set(name, { subscription, inbox });
      subscription.on("gap", () => report.count("gaps"));
      const outcome = await settled(within(subscription.ready, timeoutMs));
      report.took("subscribe.ms", performance.now() - started);
      if (outcome.error !== undefined) {
        subscriptions.delete(name);
        subscription.unsubscribe();
      }
      user.judge(outcome, expectation);
    };
  },
};

/** Ends what `subscribe` began. */
export const unsubscribe = {
  fields: ["channel"],
  short: "channel",
  parse(fields) {
    const channel = fields.text("channel");
    return (user) => {
      const name = channel(user.context);
      const { subscription } = subscribed(user, name);
      user.subscriptions.delete(name);
      subscription.unsubscribe();
    };
  },
};

/** Publishes, and waits until the server has the publication. */
export const publish = {
  fields: ["channel", "data", "acknowledge", "timeoutMs", "expect"],
  parse(fields, where) {
    const channel = fields.text("channel");
    const data = fields.value("data");
    const acknowledge = fields.flag("acknowledge", true);
    const timeoutMs = fields.milliseconds("timeoutMs", TIMEOUT_MS);
    const expectation = parseExpectation(fields.raw("expect"), EXPECTATIONS.other, where);
    return async (user) => {
      const { client, context, report } = user;
      const started = performance.now();
      const outcome = await settled(
        client.publish(channel(context), data(context) ?? null, { acknowledge, timeoutMs }),
      );
      if (outcome.error === undefined) report.count("published");
      if (acknowledge) report.took("publish.ms", performance.now() - started);
      user.judge(outcome, expectation);
    };
  },
};

/** Waits for publications on a channel that the user is subscribed to. */
export const expectPublications = {
  fields: ["channel", "count", "matches", "timeoutMs", "capture"],
  short: "channel",
  parse(fields, where) {
    const channel = fields.text("channel");
    const count = fields.count("count", 1, MOST_PUBLICATIONS);
    const wanted = fields.raw("matches") === undefined ? undefined : fields.value("matches");
    const timeoutMs = fields.milliseconds("timeoutMs", TIMEOUT_MS);
    const capture = parseCapture(fields.raw("capture"), where);
    return async (user) => {
      const { context, report } = user;
      const { inbox } = subscribed(user, channel(context));
      const most = count(context);
      const value = wanted?.(context);
      const isWanted = wanted === undefined ? () => true : (data) => matches(data, value);
      const { got, last } = await inbox.take(most, isWanted, timeoutMs);
      if (got < most) {
        throw new UnexpectedError("EXPECTATION", `expected ${most} publications within ${timeoutMs} ms, got ${got}`);
      }
      report.count("expect.passed");
      capture(last, context);
    };
  },
};

function subscribed({ subscriptions }, channel) {
  const found = subscriptions.get(channel);
  if (found === undefined) throw new UnexpectedError("SUBSCRIPTION", `the user is not subscribed to ${channel}`);
  return found;
}

/** Rejects where a promise takes too long. */
function within(promise, ms) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new UnexpectedError("TIMEOUT", `no answer within ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
