import { AppError } from "../../shared/errors.ts";
import type { PeerConnectInput, PeerPartInput, PeerSeekInput, PeerSignalInput } from "../../shared/peers.ts";
import type { StandardSchema } from "../../shared/standard-schema.ts";
import type { ProcedureDefinition, ProcedureOptions } from "../app.ts";
import { peerInputs } from "./peer-inputs.ts";
import type { Peers } from "./peers.ts";

/**
 * The procedures by which clients find each other. None of them looks at keys: to run one again does no harm, and a seek
 * ends with its connection.
 *
 * @param peers undefined where the application wants none
 */
export function peerProcedures(peers: Peers | undefined): Readonly<Record<string, ProcedureDefinition>> {
  if (peers === undefined) {
    const none = { idempotent: true, handler: noPeers };
    const names = ["seek", "signal", "connect", "part", "servers"];
    return Object.fromEntries(names.map((name) => [`$peers.${name}`, none]));
  }
  const inputs = peerInputs(peers.limits);
  return {
    "$peers.seek": procedure<PeerSeekInput>({
      input: inputs.seek,
      // as long as its client likes; what it waits for has limits of its own
      timeoutMs: Number.POSITIVE_INFINITY,
      handler: (input, context) => peers.seek(context, input),
    }),
    "$peers.signal": procedure<PeerSignalInput>({
      input: inputs.signal,
      handler: (input, context) => peers.signal(context, input),
    }),
    "$peers.connect": procedure<PeerConnectInput>({
      input: inputs.connect,
      handler: (input, context) => peers.connect(context, input),
    }),
    "$peers.part": procedure<PeerPartInput>({
      input: inputs.part,
      handler: (input, context) => peers.part(context, input),
    }),
    "$peers.servers": procedure<Pick<PeerConnectInput, "from">>({
      input: inputs.servers,
      handler: ({ from }, context) => peers.servers(context, from),
    }),
  };
}

/** @param input checks the type that the handler is written for, but for what may be undefined where it is not there */
function procedure<Input>(options: Omit<ProcedureOptions<Input>, "input"> & { readonly input: StandardSchema }) {
  return { ...options, idempotent: true } as unknown as ProcedureDefinition;
}

function noPeers(): never {
  throw new AppError("NOT_FOUND", "This application lets no peers meet: it has no `peers` in its definition.");
}
