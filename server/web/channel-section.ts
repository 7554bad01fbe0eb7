import type { Subscription } from "../../client/index.ts";
import { BoundedLog } from "./bounded-log.ts";
import type { DemoClient } from "./demo-client.ts";
import { byId, clock, make, reachable } from "./dom.ts";
import { formatError, formatJson, parseJson } from "./text.ts";

type Mark = "event" | "sent" | "on" | "off" | "error";

/** Subscribes and publishes to any channel. */
export function channelSection(client: DemoClient): void {
  const channel = byId("subscribe-channel", HTMLInputElement);
  const list = byId("subscriptions", HTMLElement);
  const log = new BoundedLog(reachable(byId("channel-log", HTMLElement)));
  /** By channel or pattern. */
  const subscriptions = new Map<string, Subscription>();

  const note = (mark: Mark, where: string, text: string) => log.add(entry(mark, where, text));

  function subscribe(name: string): void {
    const subscription = client.subscribe(name, (data, event) => note("event", event.channel, formatJson(data)));
    const ended = (error: unknown) => {
      subscriptions.delete(name);
      showList();
      if (error === undefined) note("off", name, "unsubscribed");
      else note("error", name, formatError(error));
    };
    let words = "subscribed";
    subscription.on("state", (state, { error }) => {
      if (state === "unsubscribed") ended(error);
      if (state !== "subscribed") return;
      note("on", name, words);
      words = "subscribed again, over a new connection";
    });
    subscription.ready.catch((error: unknown) => {
      // refused for now, and asked for again
      if (subscription.state === "pending") note("error", name, formatError(error));
      // by a client that is closed for good, before anybody could listen
      else if (subscriptions.get(name) === subscription) ended(error);
    });
    subscriptions.set(name, subscription);
    showList();
  }

  function showList(): void {
    const chips = [...subscriptions].map(([name, subscription]) => {
      const remove = make("button", "", "×");
      remove.type = "button";
      remove.setAttribute("aria-label", `Unsubscribe from ${name}`);
      remove.addEventListener("click", () => {
        subscription.unsubscribe();
        channel.focus();
      });
      const chip = make("li", "code", name);
      chip.append(remove);
      return chip;
    });
    list.replaceChildren(...chips);
  }

  async function publish(name: string, text: string): Promise<void> {
    try {
      const { offset } = await client.publish(name, parseJson(text) ?? null);
      note("sent", name, offset === undefined ? "published" : `published at offset ${offset}`);
    } catch (error) {
      note("error", name, formatError(error));
    }
  }

  byId("subscribe-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    const name = channel.value.trim();
    if (name === "" || subscriptions.has(name)) return;
    subscribe(name);
  });
  byId("publish-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    void publish(byId("publish-channel", HTMLInputElement).value.trim(), byId("publish-data", HTMLInputElement).value);
  });
}

function entry(mark: Mark, where: string, text: string): HTMLElement {
  const item = make("li");
  item.dataset.mark = mark;
  const what = make("span", "what");
  what.append(make("b", "", where), " ", make("span", "text", text));
  item.append(clock("medium"), make("span", "mark-name", mark), what);
  return item;
}
