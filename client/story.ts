import { Kind } from "../shared/message.ts";
import { requestedDelay } from "./backoff.ts";
import type { ClientPlugin } from "./plugin.ts";

/**
 * A plugin that tells in plain words what happens to the connection, one line for each event.
 *
 * @param write takes a line @default console.info
 * @example connect(url, { plugins: [story()] });
 */
// biome-ignore lint/suspicious/noConsole: a story is for the console, and only who asks for one gets it
export function story(write: (line: string) => void = console.info): ClientPlugin {
  return {
    name: "story",
    setup({ client, on, use }) {
      let wasOpen = false;
      let before = "";
      on("state", (state, { text, code, retryMs }) => {
        const why = code === undefined ? text : `${code}, ${text}`;
        if (state === "connecting") write(`connecting: ${text}`);
        if (state === "closed") write(`closed for good: ${text}`);
        if (state === "waiting") {
          const next = retryMs === undefined ? "" : `: next try in ${seconds(retryMs)}`;
          write(`${wasOpen ? "connection lost" : "not connected"} (${why})${next}`);
        }
        wasOpen = state === "open";
      });
      on("welcome", ({ worker, session }) => {
        if (before === "") write(`connected to worker ${worker} (session ${String(session).slice(0, 4)}…)`);
        before = session;
      });
      on("reconnected", ({ awayMs, resumed, subscriptions, repeated }) => {
        const where = `on worker ${client.welcome?.worker}, ${resumed ? "the same" : "a new"} session`;
        const again = repeated === 0 ? "" : `, ${count(repeated, "call")} repeated`;
        write(`back after ${seconds(awayMs)} ${where}, ${count(subscriptions, "subscription")}${again}`);
      });
      use({
        onReceive(message) {
          if (message[0] === Kind.GOAWAY)
            write(
              `the server asks to leave (${message[1]}): back in ${seconds(requestedDelay(message[2].reconnectAfterMs))}`,
            );
        },
      });
    },
  };
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
