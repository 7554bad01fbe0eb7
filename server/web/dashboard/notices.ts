import { byId, make } from "../dom.ts";

const SHOWN_MS = 8_000;
const MOST = 4;

/** Says what became of something, for a while; at once where it failed. */
export function notice(text: string, failed = false): void {
  const place = byId("notices", HTMLElement);
  const line = make("p", failed ? "notice failed" : "notice", text);
  line.setAttribute("role", failed ? "alert" : "status");
  place.append(line);
  while (place.children.length > MOST) place.firstElementChild?.remove();
  setTimeout(() => line.remove(), SHOWN_MS);
}
