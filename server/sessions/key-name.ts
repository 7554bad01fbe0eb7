/** A call's key, as the primary knows it. */
export function callKey(session: string, key: string): string {
  return `${session} c${key}`;
}

/** A publication's key: never that of a call, whatever a client chooses. */
export function publicationKey(session: string, key: string): string {
  return `${session} p${key}`;
}

/** Takes a session and what is unique in it apart: a session's id has no space. */
export function parted(name: string): [session: string, key: string] {
  const space = name.indexOf(" ");
  return [name.slice(0, space), name.slice(space + 1)];
}
