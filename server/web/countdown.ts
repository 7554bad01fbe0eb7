const SECOND_MS = 1_000;

/** Shows the seconds left until a moment. @returns what stops that */
export function countdown(ms: number, show: (seconds: number) => void): () => void {
  const end = performance.now() + ms;
  const tick = (): void => show(Math.max(0, Math.ceil((end - performance.now()) / SECOND_MS)));
  tick();
  const timer = setInterval(tick, SECOND_MS / 4);
  return () => clearInterval(timer);
}
