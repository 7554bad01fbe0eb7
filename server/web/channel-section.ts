import type { Subscription } from "../../client/index.ts";
import { BoundedLog } from "./bounded-log.ts";
import { byId, clock, make, reachable } from "./dom.ts";
import type { DemoClient, Live } from "./live.ts";
import { formatError, formatJson, parseJson } from "./text.ts";

type Mark = "event" | "sent" | "on" | "off" | "error";

/** Subscribes and publishes to any channel. */
export function channelSection(live: Live): void {
  const channel = byId("subscribe-channel", HTMLInputElement);
  const list = byId("subscriptions", HTMLElement);
  const log = new BoundedLog(reachable(byId("channel-log", HTMLElement)));
  /** By channel or pattern; those of the present client. */
  const subscriptions = new Map<string, Subscription>();

  const note = (mark: Mark, where: string, text: string) => log.add(entry(mark, where, text));

  function subscribe(client: DemoClient, name: string): void {
    const subscription = client.subscribe(name, (data, event) => note("event", event.channel, formatJson(data)));
    subscriptions.set(name, subscription);
    subscription.ready.then(
      () => note("on", name, "subscribed"),
      (error: unknown) => {
        // given up here, by the button or with the client
        if (subscriptions.get(name) !== subscription) return;
        note("error", name, formatError(error));
        if (subscription.state === "unsubscribed") forget(name);
      },
    );
  }

  function forget(name: string): void {
    subscriptions.delete(name);
    showList();
  }

  function showList(): void {
    const chips = [...subscriptions].map(([name, subscription]) => {
      const remove = make("button", "", "×");
      remove.type = "button";
      remove.setAttribute("aria-label", `Unsubscribe from ${name}`);
      remove.addEventListener("click", () => {
        forget(name);
        subscription.unsubscribe();
        note("off", name, "unsubscribed");
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
      const { offset } = await live.client.publish(name, parseJson(text) ?? null);
      note("sent", name, offset === undefined ? "published" : `published at offset ${offset}`);
    } catch (error) {
      note("error", name, formatError(error));
    }
  }

  byId("subscribe-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    const name = channel.value.trim();
    if (name === "" || subscriptions.has(name)) return;
    subscribe(live.client, name);
    showList();
  });
  byId("publish-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    void publish(byId("publish-channel", HTMLInputElement).value.trim(), byId("publish-data", HTMLInputElement).value);
  });

  live.use((client) => {
    for (const name of subscriptions.keys()) subscribe(client, name);
    showList();
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
