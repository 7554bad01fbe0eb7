import type { LinkState, StateReason } from "../../client/index.ts";
import { BoundedLog } from "./bounded-log.ts";
import { countdown } from "./countdown.ts";
import { byId, make } from "./dom.ts";
import type { DemoClient, Live } from "./live.ts";
import { measureRoundTrips } from "./round-trips.ts";
import { showWorker } from "./worker-badge.ts";

const MOST_DEALT = 8;
const UNKNOWN = "–";

const WORDS: Readonly<Record<LinkState, string>> = {
  connecting: "connecting",
  open: "open",
  waiting: "waiting to reconnect",
  closed: "closed",
};

/** The header: how this tab's connection is, on which worker, and how fast. */
export function statusSection(live: Live): void {
  const line = byId("state", HTMLElement);
  const why = byId("reason", HTMLElement);
  const worker = byId("worker", HTMLElement);
  const pid = byId("pid", HTMLElement);
  const roundTrip = byId("round-trip", HTMLElement);
  const dealt = new BoundedLog(byId("dealt", HTMLElement), MOST_DEALT);

  let stopCountdown = (): void => {};

  function showState(state: LinkState, reason?: StateReason): void {
    stopCountdown();
    line.dataset.state = state;
    line.textContent = WORDS[state];
    if (reason?.retryMs !== undefined) {
      stopCountdown = countdown(reason.retryMs, (seconds) => {
        line.textContent = `${WORDS.waiting} in ${seconds} s`;
      });
    }
    // while it dials again, why it has to is still worth reading
    if (state !== "connecting") why.textContent = state === "open" ? "" : (reason?.text ?? "");
    if (state === "open") return;
    worker.textContent = UNKNOWN;
    delete worker.dataset.colour;
    pid.textContent = "";
    roundTrip.textContent = UNKNOWN;
  }

  async function showPid(client: DemoClient): Promise<void> {
    const health = Object(await client.call("$health")) as { readonly pid?: unknown };
    if (live.client === client) pid.textContent = `pid ${health.pid}`;
  }

  byId("reconnect", HTMLButtonElement).addEventListener("click", () => live.reconnect());
  live.use((client) => {
    why.textContent = "";
    showState(client.state);
    client.on("state", (state, reason) => {
      if (live.client === client) showState(state, reason);
    });
    client.on("welcome", (info) => {
      showWorker(worker, info.worker);
      const entry = make("li");
      showWorker(entry, info.worker, String(info.worker));
      dealt.add(entry);
      // where that fails, the connection is lost, and the state says so
      showPid(client).catch(() => {});
    });
  });
  measureRoundTrips(live, roundTrip);
}
