/** How much CPU a call costs over `ws`, beside uWebSockets.js, by `npm run bench -- --only transports`. */
const COST = "about 1.5 times";

/** What an operator should know of a server that is not on uWebSockets.js. @param reason why that is so */
export function fallbackText(reason: string): string {
  return (
    `${reason}: ws serves instead, at ${COST} the CPU; how to get the official build: docs/INSTALL.md; ` +
    "where ws is what you want, --transport ws says so"
  );
}
