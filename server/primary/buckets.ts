/**
 * Into how many parts names are divided of which hosts keep something in common: what is to be found of a host that is gone is
 * then looked for in so many places, and no place is too large.
 */
export const BUCKETS = 32;

/** Which part a name is in. */
export function bucketOf(name: string): number {
  let hash = 0;
  for (let index = 0; index < name.length; index++) hash = (Math.imul(hash, 31) + name.charCodeAt(index)) | 0;
  return (hash >>> 0) % BUCKETS;
}
