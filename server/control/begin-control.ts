import type { App } from "../app.ts";
import type { Uplink } from "../bus/uplink.ts";
import type { ConnectionServices } from "../connection/connection-services.ts";
import type { Services } from "../dispatch/services.ts";
import { ControlAnswers } from "./control-answers.ts";
import { type ControlHandlersOptions, controlHandlers } from "./control-handlers.ts";
import { SystemCalls } from "./system-calls.ts";

export interface ControlOptions
  extends Pick<ControlHandlersOptions, "services" | "connections" | "frames" | "snapshot"> {
  readonly services: Services;
  readonly connectionServices: ConnectionServices;
  readonly uplink: Uplink;
  readonly app: App;
  failed(error: unknown): void;
}

/** From now on this socket worker answers whoever has the control port. */
export function beginControl({ connectionServices, uplink, app, failed, ...options }: ControlOptions) {
  const { services } = options;
  const system = new SystemCalls(services, connectionServices);
  const requireUser = app.definition.requireUser === true;
  const handlers = controlHandlers({ ...options, system, requireUser });
  const control = new ControlAnswers({ uplink, pack: services.pack, failed, handlers });
  control.begin();
  return { system, control };
}
