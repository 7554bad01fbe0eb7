/** Counts, on a thread. */
export function countTo(last: number): number {
  let count = 0;
  while (count < last) count++;
  return count;
}
