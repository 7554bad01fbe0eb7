import { clock, make } from "./dom.ts";
import { showWorker } from "./worker-badge.ts";

/** Something that was said. */
export interface Line {
  readonly name: string;
  readonly text: string;
  /** The socket worker of the tab that sent it. */
  readonly worker?: number | undefined;
}

/** A line of a chat, as the page shows it. */
export function chatEntry({ name, text, worker }: Line, own: boolean): HTMLElement {
  const head = make("p", "from");
  head.append(make("b", "", name || "Nobody"));
  if (own) head.append(make("span", "quiet", "you"));
  if (worker !== undefined) {
    const badge = make("span", "worker");
    showWorker(badge, worker);
    head.append(badge);
  }
  head.append(clock("short"));
  const item = make("li", own ? "own" : "");
  item.append(head, make("p", "text", text));
  return item;
}
