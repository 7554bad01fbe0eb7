import { SUBPROTOCOLS } from "../../shared/message.ts";
import type { UpgradeAnswer, UpgradeRequest } from "../transport/transport.ts";

/** Picks the first subprotocol offered that is known. Who offers none speaks JSON; who offers only unknown ones is refused. */
export function negotiate(request: UpgradeRequest): UpgradeAnswer {
  const { offers } = request;
  if (offers.length === 0) return { subprotocol: "" };
  for (const offer of offers) {
    // our own text, not the client's: each connection would keep its copy
    const known = SUBPROTOCOLS[SUBPROTOCOLS.indexOf(offer)];
    if (known !== undefined) return { subprotocol: known };
  }
  return {
    status: 400,
    headers: { "content-type": "text/plain" },
    body: `None of the offered subprotocols is known here. Known are: ${SUBPROTOCOLS.join(", ")}\n`,
  };
}
