import { textHash } from "../text-hash.ts";

/**
 * Into how many parts names are divided of which hosts keep something in common: what is to be found of a host that is gone is
 * then looked for in so many places, and no place is too large.
 */
export const BUCKETS = 32;

/** Which part a name is in. */
export function bucketOf(name: string): number {
  return textHash(name) % BUCKETS;
}
