import type { Call } from "./call.ts";
import { cloneError, isCloneable } from "./clone.ts";
import { CALL, type CallExtras } from "./message.ts";
import type { PageCallbacks } from "./page-callbacks.ts";
import { transfersOf } from "./transfer.ts";
import type { WorkerLink } from "./worker-link.ts";

/** Posts a call. @throws CloneError which names the parameter that cannot be cloned */
export function postCall(link: WorkerLink, call: Call, kept: PageCallbacks): void {
  const { id, name, extras, transfer } = call;
  const moved = transfersOf(call.parameters, transfer);
  const post = (parameters: unknown[], more: CallExtras | undefined) =>
    link.post(more === undefined ? [CALL, id, name, parameters] : [CALL, id, name, parameters, more], moved);
  try {
    post(call.parameters, extras);
  } catch (cause) {
    // functions cannot be cloned, and are rare: they are looked for only now
    const { parameters, callbacks } = kept.take(call.parameters);
    try {
      post(parameters, { ...extras, callbacks });
    } catch {
      kept.release(callbacks.map(([, callback]) => callback));
      const index = parameters.findIndex((parameter) => !isCloneable(parameter));
      throw cloneError(`Parameter ${index + 1} of "${name}"`, parameters[index], cause);
    }
  }
  call.moved = moved.length > 0;
}
