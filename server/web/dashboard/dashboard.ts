import "./styles/dashboard.css";
import type { Stats, Tops } from "../../dashboard/stats.ts";
import { byId } from "../dom.ts";
import { Api } from "./api.ts";
import { chartsSection } from "./charts.ts";
import { connectionsSection } from "./connections-section.ts";
import { age } from "./figures.ts";
import { StatsHistory } from "./history.ts";
import { showHosts } from "./hosts-section.ts";
import { operations } from "./operations.ts";
import { processActions } from "./process-actions.ts";
import { type DashboardClient, startSession } from "./session.ts";
import { keepRoles } from "./table.ts";
import { themeSwitch } from "./theme.ts";
import { showTiles } from "./tiles.ts";
import { showTops } from "./tops-section.ts";
import { showProcesses } from "./workers-section.ts";

const history = new StatsHistory();
let client: DashboardClient | undefined;
let tops: Tops | undefined;
let seenVersion: string | undefined;

keepRoles();
const api = new Api(() => client);
const charts = chartsSection(history);
const connections = connectionsSection(api);
const { learn } = operations(api, () => tops);
const offer = processActions(api, () => history.last);
themeSwitch(() => charts.repaint());

const wanted = byId("scale-workers", HTMLInputElement);

function showHead({ node, version, uptime, workers }: Stats): void {
  // another server has another page
  if (seenVersion !== undefined && seenVersion !== version) location.reload();
  seenVersion = version;
  byId("node", HTMLElement).textContent = node;
  byId("version", HTMLElement).textContent = `version ${version},`;
  byId("uptime", HTMLElement).textContent = `up for ${age(uptime)}`;
  if (wanted.value === "") wanted.value = String(new Set(workers.map(({ worker }) => worker)).size);
}

function show(stats: Stats): void {
  showHead(stats);
  showTiles(stats);
  showHosts(stats);
  showProcesses(stats);
  charts.show(stats);
  offer();
}

startSession({
  opened(opened) {
    client = opened;
    void connections.search();
    learn().catch(() => {});
  },
  history(kept) {
    // of a server that was started anew since
    const { last } = history;
    if (last !== undefined && kept.length > 0 && !kept.some(({ at }) => at <= last.at)) history.clear();
    history.add(...kept);
    if (history.last !== undefined) show(history.last);
  },
  stats(stats) {
    history.add(stats);
    show(stats);
  },
  tops(heard) {
    tops = heard;
    showTops(heard);
  },
  fresh(fresh) {
    byId("main", HTMLElement).classList.toggle("stale", !fresh);
  },
});
