import type { SessionElsewhere } from "../session-store.ts";
import type { StoredSession } from "../stored-session.ts";

/** Names of fields as `session-functions.ts` has them. */
const CHANNEL = "c:";
const TAG = "t:";

/** All that is known of a session, as names and values after one another. */
export function sessionFields(host: string, session: Readonly<StoredSession>): string[] {
  const { digest = "", user, proven, tags, channels, connection, turn, heard } = session;
  const fields = ["h", host, "c", connection, "k", digest];
  if (user !== undefined) fields.push("u", user);
  if (proven) fields.push("p", "1");
  if (turn >= 0) fields.push("n", String(turn));
  if (heard > 0) fields.push("m", String(heard));
  for (const [name, value] of Object.entries(tags)) fields.push(TAG + name, value);
  for (const channel of channels ?? []) fields.push(CHANNEL + channel, "");
  return fields;
}

export function channelField(channel: string): string {
  return CHANNEL + channel;
}

export function tagField(name: string): string {
  return TAG + name;
}

/** Reads what Redis gives of a hash. */
export function readSessionFields(fields: readonly Buffer[]): SessionElsewhere {
  // a Map, as the names of tags come from outside
  const tags = new Map<string, string>();
  const channels: string[] = [];
  const known = new Map<string, string>();
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [name = "", value = ""] = [fields[at]?.toString(), fields[at + 1]?.toString()];
    if (name.startsWith(CHANNEL)) channels.push(name.slice(CHANNEL.length));
    else if (name.startsWith(TAG)) tags.set(name.slice(TAG.length), value);
    else known.set(name, value);
  }
  return {
    user: known.get("u"),
    proven: known.has("p"),
    tags: Object.fromEntries(tags),
    channels,
    turn: Number(known.get("n") ?? -1),
    changes: Number(known.get("m") ?? 0),
  };
}
