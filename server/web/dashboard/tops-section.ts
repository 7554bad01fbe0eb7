import type { Tops } from "../../dashboard/stats.ts";
import { byId, make } from "../dom.ts";
import { count, duration, rate } from "./figures.ts";
import { type Column, updateRows } from "./table.ts";

const PROCEDURES: readonly Column[] = [
  { label: "Procedure", className: "code name" },
  { label: "Calls/s", className: "number" },
  { label: "Failed/s", className: "number" },
  { label: "Median", className: "number" },
  { label: "p99", className: "number" },
];
const CHANNELS: readonly Column[] = [
  { label: "Channel", className: "code name" },
  { label: "Subscribers", className: "number" },
  { label: "Deliveries/s", className: "number" },
];

/** Who has most to do. */
export function showTops({ procedures, channels, moreChannels }: Tops): void {
  updateRows(
    byId("procedures", HTMLElement),
    PROCEDURES,
    procedures.map(({ name, calls, failed, p50, p99 }) => [
      name,
      rate(calls),
      rate(failed),
      duration(p50),
      duration(p99),
    ]),
  );
  byId("procedures-empty", HTMLElement).hidden = procedures.length > 0;
  updateRows(
    byId("channels", HTMLElement),
    CHANNELS,
    channels.map(({ name, subscribers, deliveries }) => [name, count(subscribers), rate(deliveries)]),
  );
  const empty = byId("channels-empty", HTMLElement);
  empty.hidden = channels.length > 0 && !moreChannels;
  if (moreChannels) empty.textContent = "There are so many channels that not all were looked at.";
  const names = byId("channel-names", HTMLDataListElement);
  const known = channels.filter(({ name }) => !name.endsWith("*")).map(({ name }) => name);
  if (names.dataset.known === known.join()) return;
  names.dataset.known = known.join();
  names.replaceChildren(...known.map((name) => Object.assign(make("option"), { value: name })));
}
