import type { Emitter } from "../shared/emitter.ts";
import type { App, ChannelRule, Middleware, ProcedureDefinition, ServerEvents, UserActions } from "./app.ts";
import type { ComputeClient } from "./compute/compute-client.ts";
import { type Procedure, prepareProcedure } from "./dispatch/procedures.ts";
import type { Logger } from "./logger.ts";
import type { BoundedLabels } from "./metrics/bounded-labels.ts";
import type { Plugin, PluginApi } from "./plugin.ts";
import type { ChannelRules } from "./pubsub/channel-rules.ts";

export interface AssemblyOptions {
  readonly app: App;
  /** The server's own procedures. */
  readonly builtins: Readonly<Record<string, ProcedureDefinition>>;
  readonly events: Emitter<ServerEvents>;
  readonly log: Logger;
  readonly timeoutMs: number;
  /** Gets the application's channel rules. */
  readonly rules: ChannelRules;
  /** Gets to know what runs on compute threads. */
  readonly tasks: Pick<ComputeClient, "register">;
  /** Codes that errors may have as labels of metrics. */
  readonly errors: BoundedLabels;
  publish(channel: string, data: unknown): void;
  readonly users: UserActions;
}

/** An application with its plugins, ready to run. */
export interface Assembly {
  readonly procedures: ReadonlyMap<string, Procedure>;
  /** Undoes what the plugins did, last one first. */
  dispose(): void;
}

/** Puts an application and its plugins together. Rejects, naming the culprit, where they contradict each other. */
export async function assemble(options: AssemblyOptions): Promise<Assembly> {
  const { definition } = options.app;
  const definitions = new Map<string, ProcedureDefinition>(Object.entries(options.builtins));
  const use: Middleware[] = [...(definition.use ?? [])];
  const { rules } = options;
  const { requireUser = false } = definition;
  const disposers: (() => void)[] = [];

  function add(name: string, procedure: ProcedureDefinition): void {
    if (name === "" || name.startsWith("$"))
      throw new Error(`"${name}" is no name for a procedure: "$" is the server's own.`);
    if (definitions.has(name)) throw new Error(`There is a procedure "${name}" already.`);
    definitions.set(name, procedure);
  }

  function listen<Name extends keyof ServerEvents>(event: Name, listener: ServerEvents[Name]): () => void {
    const release = options.events.on(event, listener);
    // the emitter outlives this assembly: a server may listen, close, and listen again
    disposers.unshift(release);
    return release;
  }

  function dispose(): void {
    for (const undo of disposers.splice(0)) {
      try {
        undo();
      } catch (error) {
        options.log.error({ error }, "a plugin could not be undone");
      }
    }
  }

  async function setUp(plugin: Plugin): Promise<void> {
    const api: PluginApi = {
      log: options.log.child({ plugin: plugin.name }),
      procedure: (name, procedure) => add(name, procedure as ProcedureDefinition),
      channel: (name: string, rule: ChannelRule) => rules.add(name, rule),
      use: (middleware) => void use.push(middleware),
      on: listen,
      publish: options.publish,
      toUser: options.users.toUser,
      toTagged: options.users.toTagged,
      revoke: options.users.revoke,
    };
    try {
      const undo = await plugin.setup(api);
      if (typeof undo === "function") disposers.unshift(undo as () => void);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      throw new Error(`The plugin "${plugin.name}" cannot be set up: ${text}`, { cause: error });
    }
  }

  const procedures = new Map<string, Procedure>();
  try {
    for (const [name, procedure] of Object.entries(definition.procedures ?? {})) add(name, procedure);
    for (const [name, rule] of Object.entries(definition.channels ?? {})) rules.add(name, rule);
    for (const [event, listener] of Object.entries(definition.on ?? {})) {
      if (listener !== undefined) listen(event as keyof ServerEvents, listener);
    }
    for (const plugin of definition.plugins ?? []) await setUp(plugin);
    for (const [name, procedure] of definitions) {
      // the application's middleware is about its own procedures: a guard must not lock out `$health`
      const around = name.startsWith("$") ? [] : use;
      const prepared = prepareProcedure(name, procedure, {
        ...{ use: around, timeoutMs: options.timeoutMs, requireUser, errors: options.errors },
      });
      if (prepared.task !== undefined) options.tasks.register(prepared.task, name);
      procedures.set(name, prepared);
    }
  } catch (error) {
    dispose();
    throw error;
  }
  return { procedures, dispose };
}
