import type { PeerState, PeerStats } from "../../client/index.ts";

/** How it stands between this page and another: `idle` before it looks for one, `seeking` while it does. */
export type TalkState = "idle" | "seeking" | PeerState;

export interface Talk {
  readonly state: TalkState;
  /** Who the other one is. */
  readonly name: string;
  /** Whether the server can be reached. */
  readonly served: boolean;
}

/** What is said of that: a line, and what it means. */
export function talkText({ state, name, served }: Talk): readonly [line: string, words: string] {
  switch (state) {
    case "idle":
      return ["Nobody is connected.", ""];
    case "seeking":
      return ["Looking for somebody …", "Press the button in a second tab as well."];
    case "connecting":
      return [`Found ${name}; connecting …`, "The server tells each of you where the other one is."];
    case "open":
      return [
        `Connected to ${name}.`,
        served
          ? "The server is not needed any more. Stop it, and go on talking."
          : "The server is gone, and not needed: you two go on talking.",
      ];
    case "reconnecting":
      return [
        `Nothing is heard of ${name}.`,
        served
          ? "Another way is being looked for, with the server’s help."
          : "Without the server, only the old way is left.",
      ];
    case "closed":
      return [`${name} has gone.`, "Look for somebody else."];
  }
}

/** Bytes as people read them. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** How much went and came; a dash where that is not known. */
export function bytesText({ bytesSent, bytesReceived }: PeerStats): string {
  return bytesSent === undefined || bytesReceived === undefined ? "–" : formatBytes(bytesSent + bytesReceived);
}

/** How the two reach each other. */
export function wayText({ relayed, local }: PeerStats): string {
  if (local === undefined) return "–";
  return relayed ? "relayed" : "direct";
}
