import type { SessionChange } from "../../sessions/session-state.ts";
import type { SessionElsewhere } from "../session-store.ts";
import type { StoredSession } from "../stored-session.ts";

type Session = Readonly<StoredSession>;

/** What has to become of a session, as a host has it, to be as Redis has it. */
export function differences(here: Session, { user, proven, tags }: SessionElsewhere): SessionChange {
  // Maps, as the names of tags come from outside
  const [had, has] = [new Map(Object.entries(here.tags)), new Map(Object.entries(tags))];
  const changes = new Map<string, string | null>();
  for (const name of had.keys()) if (!has.has(name)) changes.set(name, null);
  for (const [name, value] of has) if (had.get(name) !== value) changes.set(name, value);
  const same = user === here.user && proven === here.proven;
  return { ...(same ? undefined : { user: user ?? null, proven }), tags: Object.fromEntries(changes) };
}

/** Whether a change of a session has been made already, as far as can be seen. */
export function isMade({ user, proven = false, tags = {} }: SessionChange, session: Session): boolean {
  if (user !== undefined && (user !== (session.user ?? null) || proven !== session.proven)) return false;
  const has = new Map(Object.entries(session.tags));
  return Object.entries(tags).every(([name, value]) => value === (has.get(name) ?? null));
}
