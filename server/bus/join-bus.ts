import { createConnection } from "node:net";
import { BusType } from "./bus-type.ts";
import { Link, type LinkHooks } from "./link.ts";

export interface JoinOptions {
  /** Path of the other side's Unix domain socket (or Windows named pipe). */
  readonly path: string;
  /** Proves to the other side that this process is one of its own. */
  readonly secret: string;
  /** This socket worker's number. */
  readonly worker: number;
  /**
   * Who listens to the link. They must be ready when this is called: what comes right behind the welcome is theirs before
   * whoever awaits the link has it. `closed` is called only for a link that had joined.
   */
  readonly hooks: LinkHooks;
}

/** Resolves with the link once the other side has let this process in; rejects where it cannot be reached or refuses. */
export function joinBus({ path, secret, worker, hooks }: JoinOptions): Promise<Link> {
  return new Promise((resolve, reject) => {
    const link: Link = new Link(createConnection(path), {
      frame({ type }) {
        if (type !== BusType.JOINED) {
          link.close(); // whoever that is, it is not our bus
          return;
        }
        link.hooks = hooks;
        resolve(link);
      },
      closed: (error) => reject(error ?? new Error("The bus refused this socket worker.")),
    });
    link.send(BusType.JOIN, worker, "", Buffer.from(secret));
  });
}
