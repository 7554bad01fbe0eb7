import type { DemoClient } from "./demo-client.ts";
import { byId } from "./dom.ts";

/** As many characters as the story on the console tells: enough to know it again, and no more of it than that. */
const SHOWN = 4;

/** Shows which session the server gave this tab and, after a return, whether it goes on. */
export function showSessions(client: DemoClient): void {
  const id = byId("session", HTMLElement);
  const note = byId("session-note", HTMLElement);
  let before: string | undefined;

  client.on("welcome", ({ session }) => {
    id.textContent = `${session.slice(0, SHOWN)}…`;
    if (before !== undefined) note.textContent = session === before ? "same session" : "new session";
    before = session;
  });
  // it outlives its connection, but only the server knows whether for long enough
  client.on("disconnected", () => {
    note.textContent = "";
  });
}
