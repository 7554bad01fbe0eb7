/** Takes a second or so for 40, in which nobody else has to wait. */
export function fibonacci(place: number): number {
  return place < 2 ? place : fibonacci(place - 1) + fibonacci(place - 2);
}
