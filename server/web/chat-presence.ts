import type { PresenceChange, PresenceMember, Subscription } from "../../client/index.ts";
import type { DemoClient } from "./demo-client.ts";
import { byId, make } from "./dom.ts";

/** Names that are shown; the rest is a number. */
const MOST_NAMES = 8;

/** Shows who is in the chat: a list for the start, and from then on who comes and goes. */
export function chatPresence<Data>(client: DemoClient, subscription: Subscription<Data>): void {
  /** Undefined before there is a list, as who comes and goes says nothing of who was here all the time. */
  let here: Map<string, PresenceMember> | undefined;
  /** What was told since the list was asked for; undefined while it is not. */
  let meanwhile: [PresenceChange, PresenceMember][] | undefined;

  function apply(change: PresenceChange, member: PresenceMember): void {
    if (change === "join") here?.set(member.connection, member);
    else here?.delete(member.connection);
  }

  async function list(): Promise<void> {
    const news: [PresenceChange, PresenceMember][] = [];
    meanwhile = news;
    try {
      const members = (await client.call("$presence", subscription.channel)) as PresenceMember[];
      // it was asked for again
      if (meanwhile !== news) return;
      here = new Map(members.map((member) => [member.connection, member]));
      for (const one of news) apply(...one);
      show([...here.values()]);
    } catch {
      // the connection is lost, and the next one asks again; until then the old list is as good as any
    } finally {
      if (meanwhile === news) meanwhile = undefined;
    }
  }

  subscription.on("presence", (change, member) => {
    meanwhile?.push([change, member]);
    apply(change, member);
    if (here !== undefined) show([...here.values()]);
  });
  subscription.on("state", (state) => {
    if (state === "subscribed") void list();
  });
}

function show(members: readonly PresenceMember[]): void {
  const count = byId("chat-count", HTMLElement);
  const text = `${members.length.toLocaleString("en")} here`;
  // a screen reader says it whenever it is set
  if (count.textContent !== text) count.textContent = text;
  const names = members.slice(0, MOST_NAMES).map(({ user }) => make("li", "", user ?? "Nobody"));
  const more = members.length - names.length;
  if (more > 0) names.push(make("li", "quiet", `and ${more.toLocaleString("en")} more`));
  byId("chat-here", HTMLElement).replaceChildren(...names);
}
