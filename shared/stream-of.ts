/** What yields the items of a stream and returns its result. */
export type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;

/** The iterator of a streaming result, or undefined where a result is a plain value. Arrays and Maps are plain values. */
export function streamOf(result: object): AnyIterator | undefined {
  const asynchronous = (result as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator];
  if (typeof asynchronous === "function") return asynchronous.call(result);
  const generator = result as Partial<Generator<unknown>>;
  if (typeof generator.next === "function" && typeof generator[Symbol.iterator] === "function") {
    return generator as Generator<unknown>;
  }
  return undefined;
}
