import { DecodeError } from "../shared/budget.ts";
import type { Deflate } from "../shared/deflate.ts";

/** A {@link Deflate} whose code may still have to be fetched. */
export interface LateDeflate extends Deflate {
  /**
   * Fetches the code; undefined once it is there. Until then messages are deflated to themselves, which is to say sent
   * plain, and nothing can be inflated. A fetch that failed may be tried again.
   */
  readonly load?: (() => Promise<void>) | undefined;
}

/** @param fetch called when a message is to be deflated or inflated for the first time, and again where it failed */
export function lateDeflate(fetch: () => Promise<Deflate>): LateDeflate {
  let loading: Promise<void> | undefined;
  const load = (): Promise<void> => {
    loading ??= fetch().then(
      ({ deflate, inflate }) => {
        Object.assign(late, { deflate, inflate, load: undefined });
      },
      (error) => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };
  const late: LateDeflate = {
    deflate(bytes) {
      // plain is as good for now; the next one that needs it hears of a failure
      load().catch(() => {});
      return bytes;
    },
    inflate() {
      throw new DecodeError("The code that inflates messages is not there.");
    },
    load,
  };
  return late;
}
