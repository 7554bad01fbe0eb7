import { CLOSE_CODES } from "../../shared/codes.ts";
import type { SocketOwner, TransportHooks } from "../transport/transport.ts";
import { OTHER } from "./bounded-labels.ts";
import type { SnapshotBuilder } from "./snapshot.ts";

/** Why a request for a WebSocket is refused, by the status it is answered with. */
const REFUSALS: Readonly<Record<number, string>> = {
  400: "subprotocol",
  403: "origin",
  429: "rate",
  503: "restarting",
};
/** Codes of closes that nobody sends: there was none, and the network broke. */
const UNSAID = ["1005", "1006"];

/** Who came in, who was refused, and who left how. */
export class DoorMetrics {
  #opened = 0;
  /** All that can be told apart is there from the start, so that a rate knows the first one from none. */
  readonly #refused = new Map([...Object.values(REFUSALS), OTHER].map((reason) => [reason, 0]));
  readonly #closed = new Map([...Object.keys(CLOSE_CODES), ...UNSAID, OTHER].map((code) => [code, 0]));

  /** Counts who comes in, and who is refused. */
  watched<Owner extends SocketOwner>(hooks: TransportHooks<Owner>): TransportHooks<Owner> {
    return {
      upgrade: (request) => {
        const answer = hooks.upgrade(request);
        if ("status" in answer) add(this.#refused, REFUSALS[answer.status] ?? OTHER);
        return answer;
      },
      open: (socket, request, subprotocol) => {
        this.#opened++;
        return hooks.open(socket, request, subprotocol);
      },
    };
  }

  /** A connection is gone. @param code the WebSocket close code: a client may say any */
  closed(code: number): void {
    const label = String(code);
    add(this.#closed, this.#closed.has(label) ? label : OTHER);
  }

  addTo(snapshot: SnapshotBuilder): void {
    snapshot.add("fugitive_connections_opened_total", [], this.#opened);
    for (const [reason, count] of this.#refused) snapshot.add("fugitive_upgrades_refused_total", [reason], count);
    for (const [code, count] of this.#closed) snapshot.add("fugitive_connections_closed_total", [code], count);
  }
}

function add(counts: Map<string, number>, label: string): void {
  counts.set(label, (counts.get(label) ?? 0) + 1);
}
