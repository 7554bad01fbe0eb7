import { type Client, connect, type PresenceChange, type PresenceMember } from "fugitive/client";
import type { app } from "./app.ts";

const keyOf = ({ user, connection }: PresenceMember) => user ?? connection;

/** Keeps who is in a channel, over all connections. */
function watch(client: Client<typeof app>, channel: string, changed: (members: PresenceMember[]) => void) {
  // who comes and goes before there is a list says nothing of who was there all the time
  let here: Map<string, PresenceMember> | undefined;
  // what is told while the list is on its way
  let meanwhile: [PresenceChange, PresenceMember][] | undefined;
  function apply(change: PresenceChange, member: PresenceMember) {
    if (change === "join") here?.set(keyOf(member), member);
    else here?.delete(keyOf(member));
  }
  const subscription = client.subscribe(channel, () => {}, { presence: true });
  subscription.on("presence", (change, member) => {
    meanwhile?.push([change, member]);
    apply(change, member);
    if (here !== undefined) changed([...here.values()]);
  });
  subscription.on("state", async (state) => {
    if (state !== "subscribed") return;
    meanwhile = [];
    const list = (await client.call("$presence", channel)) as PresenceMember[];
    here = new Map(list.map((member) => [keyOf(member), member]));
    for (const news of meanwhile ?? []) apply(...news);
    meanwhile = undefined;
    changed([...here.values()]);
  });
  return subscription;
}

const url = "ws://localhost:8080";
const [ann, bob] = [connect<typeof app>(url), connect<typeof app>(url)];
await ann.call("login", "Ann");
await bob.call("login", "Bob");

watch(ann, "room:5", (members) => {
  process.stdout.write(`${members.map(({ user }) => user).join(", ")}\n`);
  if (members.length === 1) bob.subscribe("room:5", () => bob.close());
  if (members.length === 2) ann.publish("room:5", "Hello!");
});
bob.on("disconnected", () => setTimeout(() => ann.close(), 500));
