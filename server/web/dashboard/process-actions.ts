import type { Stats } from "../../dashboard/stats.ts";
import { byId } from "../dom.ts";
import { type Api, failureText } from "./api.ts";
import { ask, type Question } from "./dialog.ts";
import { amount } from "./figures.ts";
import { notice } from "./notices.ts";

/**
 * Scales, renews and ends the server.
 * @param last how it is
 * @returns to be called when that is known: nobody is to be told of what is done to nothing
 */
export function processActions(api: Api, last: () => Stats | undefined): () => void {
  const wanted = byId("scale-workers", HTMLInputElement);

  async function perform(
    question: Question,
    path: string,
    query: string,
    done: (answer: unknown) => string,
  ): Promise<void> {
    if ((await ask(question)) === undefined) return;
    try {
      notice(done(await api.ask({ method: "POST", path, query })));
    } catch (error) {
      notice(failureText(error), true);
    }
  }

  byId("scale-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    const { workers, connections } = counted(last());
    const to = wanted.valueAsNumber;
    const less = workers - to;
    const text =
      less > 0
        ? `Ends ${amount(less, "socket worker")}, those with the highest numbers. Their clients, of ${amount(connections, "connection")} in all, are sent to the others.`
        : `Starts ${amount(-less, "socket worker")} more. Some of ${amount(connections, "connection")} are moved there.`;
    const question = { title: `Scale from ${workers} to ${to}`, text, action: `Scale to ${to}`, danger: less > 0 };
    void perform(question, "/scale", `workers=${to}`, (answer) => {
      const { before, workers: after } = answer as { before: number; workers: number };
      return `Scaling from ${before} to ${after} socket workers.`;
    });
  });

  byId("reload", HTMLButtonElement).addEventListener("click", () => {
    const { workers, connections } = counted(last());
    const text = `Replaces ${amount(workers, "socket worker")}, one after the other, by ones with the application's code as it is now. ${amount(connections, "connection")} are moved; no call is lost.`;
    void perform({ title: "Reload", text, action: `Replace ${workers}` }, "/reload", "", () => "The reload has begun.");
  });

  byId("drain", HTMLButtonElement).addEventListener("click", () => {
    const { connections } = counted(last());
    const text = `Ends this server, and this page with it: calls finish, then ${amount(connections, "connection")} are closed. It does not start again by itself.`;
    void perform({ title: "Drain", text, action: "End the server", danger: true }, "/drain", "", () => "It ends now.");
  });

  return () => {
    for (const id of ["scale", "reload", "drain"]) byId(id, HTMLButtonElement).disabled = false;
  };
}

/** How many there are, as far as is known. */
function counted(stats: Stats | undefined): { workers: number; connections: number } {
  const workers = stats?.workers ?? [];
  const connections = workers.reduce((sum, worker) => sum + (worker.connections ?? 0), 0);
  return { workers: new Set(workers.map(({ worker }) => worker)).size, connections };
}
