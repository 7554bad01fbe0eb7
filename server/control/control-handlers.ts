import type { Connections } from "../connection/connections.ts";
import type { Services } from "../dispatch/services.ts";
import type { Snapshot } from "../metrics/snapshot.ts";
import type { EventFramesOptions } from "../pubsub/event-frames.ts";
import { type SelectServices, select } from "../tags/select.ts";
import type { Selector } from "../tags/selector.ts";
import type { TagChanges } from "../tags/tags.ts";
import { busiestChannels } from "./busiest-channels.ts";
import { listConnections, tagTree } from "./connection-list.ts";
import type { ControlHandlers } from "./control-answers.ts";
import { type Body, DirectBody } from "./direct-body.ts";
import type { SystemCalls } from "./system-calls.ts";

export interface ControlHandlersOptions {
  readonly services: Services;
  readonly system: SystemCalls;
  /** Whether clients have to be somebody. */
  readonly requireUser: boolean;
  readonly connections: Connections;
  readonly frames: EventFramesOptions;
  /** What this socket worker has counted. */
  snapshot(): Snapshot;
}

/** What a socket worker does for whoever has the control port. */
export function controlHandlers(options: ControlHandlersOptions): ControlHandlers {
  const { services, system, requireUser, connections, frames } = options;
  const { sessions, worker, config } = services;
  const node = config.redis === "" ? undefined : config.node;
  const selecting: SelectServices = { connections, sessions, worker, node };

  function send(selector: Selector, body: Body): number {
    const direct = new DirectBody(body, frames);
    // who has still to say who it is hears nothing: its tags may be what it says of itself
    const selected = select(selector, selecting).filter(
      ({ user, held }) => !held && (!requireUser || user !== undefined),
    );
    for (const connection of selected) direct.sendTo(connection);
    return selected.length;
  }

  function setTags(selector: Selector, changes: TagChanges): readonly [changed: number, refused: number] {
    const selected = select(selector, selecting);
    let refused = 0;
    for (const connection of selected) {
      try {
        services.sessions.of(connection).setTags(changes);
      } catch (error) {
        // the changes have been looked at: it would have too many
        if (!(error instanceof RangeError)) throw error;
        refused++;
      }
    }
    return [selected.length - refused, refused];
  }

  function close(selector: Selector, body: Body | null, code: number): number {
    const direct = body === null ? undefined : new DirectBody(body, frames);
    const selected = select(selector, selecting);
    for (const connection of selected) {
      direct?.sendTo(connection);
      connection.close(code, "closed by the server");
    }
    return selected.length;
  }

  function publish(channel: string, data: unknown): Promise<number | null> {
    return new Promise((resolve, reject) => {
      services.publisher.publishFromBackEnd(channel, data, (error, offset) => {
        if (error === undefined) resolve(offset ?? null);
        else reject(error);
      });
    });
  }

  return {
    send,
    setTags,
    close,
    list: (selector, after, most) => listConnections(selector, after, most, selecting),
    tree: () => tagTree(selecting),
    count: (selector) => select(selector, selecting).length,
    channels: (most) => busiestChannels(services.hub.entries(), most),
    metrics: options.snapshot,
    publish,
    call: (call) => system.call(call),
  };
}
