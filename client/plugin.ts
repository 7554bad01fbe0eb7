import type { Contract } from "../shared/contract.ts";
import type { Client } from "./client.ts";
import type { ClientEvents } from "./events.ts";
import type { ClientMiddleware } from "./middleware.ts";
import type { ClientOptions } from "./options.ts";
import type { ClientProcedure } from "./procedures.ts";
import type { UntypedContract } from "./types.ts";

/**
 * What a plugin does things with. All of it ends with the plugin, what is done later at once; each function returned ends
 * its own part before.
 */
export interface PluginApi<App extends Contract = UntypedContract> {
  /** The client: its `state`, `welcome`, `reconnect` and `close`, `call`, `subscribe` and `publish`. */
  readonly client: Client<App>;
  /** As `client.use`. */
  readonly use: (middleware: ClientMiddleware) => () => void;
  /** As `client.on`. */
  readonly on: <Name extends keyof ClientEvents>(event: Name, listener: ClientEvents[Name]) => () => void;
  /** As `client.register`. */
  readonly register: (name: string, procedure: ClientProcedure) => () => void;
  /** Makes another client on the same platform, which is closed with the plugin. Throws as `connect` does. */
  readonly connect: <Other extends Contract = UntypedContract>(
    url: string | URL,
    options?: ClientOptions,
  ) => Client<Other>;
}

/** Something that adds to a client. */
export interface ClientPlugin<App extends Contract = UntypedContract> {
  readonly name: string;
  /**
   * Called once for each client, before it dials where the plugin is one of its options. May return an undo, which is
   * called when the plugin is unplugged or the client is closed for good.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: most plugins have nothing to undo, and return nothing
  setup(api: PluginApi<App>): (() => void) | undefined | void;
}

/**
 * Types a plugin while it is written, and what it does with an application where that is given; returns it as it is.
 *
 * @example
 * const traffic = definePlugin({
 *   name: "traffic",
 *   setup({ use }) {
 *     use({ onReceive: (message) => console.debug(message) });
 *   },
 * });
 */
export function definePlugin<App extends Contract = UntypedContract>(plugin: ClientPlugin<App>): ClientPlugin {
  // what a client knows of its application is types alone
  return plugin as unknown as ClientPlugin;
}

/** The plugins of one client. */
export interface Plugins {
  /** @throws Error which names the plugin, with what it threw as its cause */
  plug(plugin: ClientPlugin): () => void;
  /** The client is closed. */
  end(): void;
}

/**
 * @param report takes what their undoing throws
 * @param connect makes another client
 */
export function createPlugins(
  client: Client,
  connect: PluginApi["connect"],
  report: (error: unknown) => void,
): Plugins {
  const plugged = new Set<() => void>();

  function plug(plugin: ClientPlugin): () => void {
    const releases = new Set<() => void>();
    let over = false;
    const undo = (release: () => void) => {
      try {
        release();
      } catch (error) {
        report(error);
      }
    };
    const keep = (release: () => void) => {
      if (over) {
        // it kept what it was given: nothing would ever end what it does now
        undo(release);
        return () => {};
      }
      releases.add(release);
      return () => {
        if (releases.delete(release)) release();
      };
    };
    const unplug = () => {
      over = true;
      plugged.delete(unplug);
      for (const release of [...releases].reverse()) {
        releases.delete(release);
        undo(release);
      }
    };
    try {
      if (client.state === "closed") throw new Error("the client is closed");
      plugged.add(unplug);
      const its = plugin.setup({
        client,
        use: (middleware) => keep(client.use(middleware)),
        on: (event, listener) => keep(client.on(event, listener)),
        register: (name, procedure) => keep(client.register(name, procedure)),
        connect<Other extends Contract>(url: string | URL, options?: ClientOptions) {
          const other = connect<Other>(url, options);
          keep(() => other.close());
          return other;
        },
      });
      if (its !== undefined) keep(its);
    } catch (cause) {
      unplug();
      throw new Error(`The plugin "${plugin.name}" could not be set up: ${cause}`, { cause });
    }
    return unplug;
  }

  return {
    plug,
    end() {
      for (const unplug of plugged) unplug();
    },
  };
}
