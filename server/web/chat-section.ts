import { BoundedLog } from "./bounded-log.ts";
import { chatEntry, type Line } from "./chat-entry.ts";
import { chatPresence } from "./chat-presence.ts";
import type { DemoClient } from "./demo-client.ts";
import { byId, make, reachable } from "./dom.ts";
import { guestName } from "./guest-name.ts";
import { formatError } from "./text.ts";

const CHANNEL = "chat:lobby";

/** A chat among all tabs, whichever workers they are on. */
export function chatSection(client: DemoClient): void {
  const name = byId("chat-name", HTMLInputElement);
  const text = byId("chat-text", HTMLInputElement);
  const failure = byId("chat-error", HTMLElement);
  const log = new BoundedLog(reachable(byId("chat-log", HTMLElement)));
  const own = new OwnLines();
  name.value = guestName();

  async function send(line: Line): Promise<void> {
    failure.textContent = "";
    own.sent(line);
    try {
      await client.publish(CHANNEL, line);
    } catch (error) {
      own.came(line);
      failure.textContent = `“${line.text}” was not sent. ${formatError(error)}`;
    }
  }

  byId("chat-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    const line = { name: name.value.trim(), text: text.value.trim(), worker: client.welcome?.worker };
    if (line.text === "") return;
    text.value = "";
    void send(line);
  });

  // ahead of the subscription, so that others see it come by its name
  introduce(client, name);
  const take = (line: unknown) => {
    if (isLine(line)) log.add(chatEntry(line, own.came(line)));
  };
  const subscription = client.subscribe(CHANNEL, take, { presence: true });
  subscription.on("gap", () => {
    // own ones among them never come back
    own.clear();
    log.add(
      make("li", "gap quiet", "Some lines are missing here: the server was restarted, or you were away for long."),
    );
  });
  chatPresence(client, subscription);
}

/** Tells the server one's name, whenever that is another, or the server is. */
function introduce(client: DemoClient, field: HTMLInputElement): void {
  // what comes of it is seen in the list of who is here
  const tell = () => client.notify("chat.name", field.value);
  tell();
  field.addEventListener("change", tell);
  client.on("welcome", ({ resumed }) => {
    if (!resumed) tell();
  });
}

/** Own lines come back like everybody's. Tells which they are by remembering what was sent. */
class OwnLines {
  #keys: string[] = [];

  sent(line: Line): void {
    this.#keys.push(keyOf(line));
  }

  /** Whether it was an own one; each counts once. */
  came(line: Line): boolean {
    const index = this.#keys.indexOf(keyOf(line));
    if (index !== -1) this.#keys.splice(index, 1);
    return index !== -1;
  }

  clear(): void {
    this.#keys = [];
  }
}

/** A back end may publish what it likes. */
function isLine(data: unknown): data is Line {
  const { name, text, worker } = Object(data) as Partial<Record<keyof Line, unknown>>;
  return typeof name === "string" && typeof text === "string" && (worker === undefined || typeof worker === "number");
}

function keyOf({ name, text, worker }: Line): string {
  return JSON.stringify([name, text, worker]);
}
