/** How much more CPU a server takes over `ws`, as measured: see docs/INSTALL.md. */
export const FALLBACK_COST = "N times";

/** What an operator should know of a server that is not on uWebSockets.js. */
export function fallbackText(reason: string): string {
  return (
    `${reason}: ws serves instead, at about ${FALLBACK_COST} the CPU of a call. ` +
    "How to get the official build: docs/INSTALL.md. To have it so, and not hear of it: --transport ws"
  );
}
