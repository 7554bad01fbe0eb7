import { isLoopback } from "../../server/http/loopback.ts";
import { count } from "../report/format.ts";
import type { Plan } from "./plan.ts";
import { shownPlan } from "./repeat.ts";

/** What is going to be done, before it is done. */
export function planText(plan: Plan): string {
  const { url, clients, processes, actions, subscribe, rate, delayMs, depth, durationS, iterations, rampS } =
    shownPlan(plan);
  const what = actions.map(({ kind, name, share }) => {
    const part = actions.length === 1 ? "" : `${Math.round(share * 100)} % `;
    return `${part}${kind === "publish" ? "publications on" : "calls of"} ${name}`;
  });
  const pace =
    rate > 0
      ? `${count(rate)} a second in all, at most ${count(depth)} in flight of a client`
      : `each again when it is answered${delayMs > 0 ? ` and ${count(delayMs)} ms have passed` : ""}${depth > 1 ? `, ${count(depth)} at a time` : ""}`;
  const end = [
    ...(durationS > 0 ? [`for ${durationS} s`] : []),
    ...(iterations > 0 ? [`${count(iterations)} of each client`] : []),
  ].join(", at most ");
  const lines = [
    `${count(clients)} client${clients === 1 ? "" : "s"} in ${processes} process${processes === 1 ? "" : "es"} to ${url}${rampS > 0 ? `, connecting over ${Number(rampS.toFixed(2))} s` : ""}`,
    `${what.join(", ")}, ${pace}, ${end}`,
    ...(subscribe === "" ? [] : [`all subscribe to ${subscribe}`]),
    ...(isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, ""))
      ? []
      : ["That is another machine: load only what is yours. Ctrl-C ends it."]),
  ];
  return lines.join("\n");
}
