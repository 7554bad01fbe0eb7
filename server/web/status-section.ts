import type { LinkState, WelcomeInfo } from "../../client/index.ts";
import { BoundedLog } from "./bounded-log.ts";
import { countdown } from "./countdown.ts";
import type { DemoClient } from "./demo-client.ts";
import { byId, make } from "./dom.ts";
import { failureText, lossText } from "./reason-text.ts";
import { measureRoundTrips } from "./round-trips.ts";
import { showSessions } from "./session-view.ts";
import { showWorker } from "./worker-badge.ts";

const MOST_DEALT = 8;
const UNKNOWN = "–";

const WORDS: Readonly<Record<LinkState, string>> = {
  connecting: "connecting",
  open: "open",
  waiting: "waiting to reconnect",
  closed: "closed; reload to begin anew",
};

/** The header: how this tab's connection is, on which worker, how fast, and whose session it goes on with. */
export function statusSection(client: DemoClient): void {
  const line = byId("state", HTMLElement);
  const why = byId("reason", HTMLElement);
  const worker = byId("worker", HTMLElement);
  const pid = byId("pid", HTMLElement);
  const roundTrip = byId("round-trip", HTMLElement);
  const button = byId("reconnect", HTMLButtonElement);
  const dealt = new BoundedLog(byId("dealt", HTMLElement), MOST_DEALT);

  let stopCountdown = (): void => {};

  function showState(state: LinkState, retryMs?: number): void {
    stopCountdown();
    line.dataset.state = state;
    line.textContent = WORDS[state];
    if (retryMs !== undefined) {
      stopCountdown = countdown(retryMs, (seconds) => {
        line.textContent = `${WORDS.waiting} in ${seconds} s`;
      });
    }
    button.disabled = state === "closed";
    if (state === "open") {
      why.textContent = "";
      return;
    }
    worker.textContent = UNKNOWN;
    delete worker.dataset.colour;
    pid.textContent = "";
    roundTrip.textContent = UNKNOWN;
  }

  /** Asks once: what is sent again over a next connection would be answered by another process. */
  async function showPid(info: WelcomeInfo): Promise<void> {
    const options = { attempts: 1, idempotent: true };
    const health = Object(await client.call("$health", undefined, options)) as { readonly pid?: unknown };
    if (client.welcome === info && client.state === "open") pid.textContent = `pid ${health.pid}`;
  }

  button.addEventListener("click", () => client.reconnect());
  showState(client.state);
  client.on("state", (state, { retryMs }) => showState(state, retryMs));
  // while it dials again, why it has to is still worth reading
  client.on("disconnected", (reason) => {
    why.textContent = lossText(reason);
  });
  client.on("reconnectFailed", (reason) => {
    why.textContent = failureText(reason);
  });
  client.on("welcome", (info) => {
    showWorker(worker, info.worker);
    const entry = make("li");
    showWorker(entry, info.worker, String(info.worker));
    dealt.add(entry);
    // where that fails, the connection is lost, and the state says so
    showPid(info).catch(() => {});
  });
  showSessions(client);
  measureRoundTrips(client, roundTrip);
}
