/** Waits for so many milliseconds, or until the signal aborts; resolves in either case. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", over);
      resolve();
    };
    const timer = setTimeout(over, signal?.aborted === true ? 0 : ms);
    signal?.addEventListener("abort", over);
  });
}
