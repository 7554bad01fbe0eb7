import type { Logger } from "../logger.ts";
import { StartError } from "../start-error.ts";
import { within } from "../within.ts";
import type { Hooks, NamedHooks } from "./hooks.ts";

type Api<Name extends keyof Hooks> = Parameters<NonNullable<Hooks[Name]>>[0];

/** How long what undoes a hook may take, in milliseconds. */
const UNDO_MS = 5_000;

/** The hooks of one process, and what undoes them. */
export class RunningHooks {
  readonly #log: Pick<Logger, "error">;
  readonly #undo: { readonly name: string; readonly undo: () => unknown }[] = [];

  constructor(log: Pick<Logger, "error">) {
    this.#log = log;
  }

  /**
   * Calls the hooks of one kind of process, one after the other.
   * @throws StartError where one of them throws; those before it are to be undone
   */
  async setUp<Name extends keyof Hooks>(all: readonly NamedHooks[], role: Name, api: Api<Name>): Promise<void> {
    for (const { name, hooks } of all) {
      try {
        const undo = await (hooks[role] as ((api: Api<Name>) => unknown) | undefined)?.(api);
        if (typeof undo === "function") this.#undo.unshift({ name, undo: undo as () => unknown });
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        throw new StartError(`the hooks of ${name} cannot be set up: ${text}`, { cause: error });
      }
    }
  }

  /** Something that a hook has begun ends with it. */
  later(name: string, undo: () => void): void {
    this.#undo.unshift({ name, undo });
  }

  /** Undoes them, the last one first. One that cannot be undone, or not in time, keeps no other from it. */
  async undo(): Promise<void> {
    for (const { name, undo } of this.#undo.splice(0)) {
      try {
        const over = (async () => undo())();
        await within(over, UNDO_MS, () => new Error(`it took longer than ${UNDO_MS / 1_000} s`));
      } catch (error) {
        this.#log.error({ error }, `the hooks of ${name} could not be undone`);
      }
    }
  }
}
