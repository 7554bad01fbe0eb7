import { TaskMetrics } from "./compute-metrics.ts";
import type { Lane, Priority } from "./fair-queue.ts";
import type { KnownSource, TaskSource } from "./order.ts";

/** What a socket worker tells the compute host of a procedure. */
export interface TaskDefinition extends KnownSource {
  readonly priority: Priority;
  readonly concurrency?: number | undefined;
}

/** A procedure, as the compute host knows it: one for all socket workers. */
export class HostedTask implements Lane {
  readonly name: string;
  readonly source: TaskSource;
  readonly priority: Priority;
  readonly concurrency: number;
  readonly metrics = new TaskMetrics();

  constructor(definition: TaskDefinition) {
    this.name = definition.name;
    this.source = { url: definition.url, export: definition.export };
    this.priority = definition.priority;
    this.concurrency = definition.concurrency ?? Number.POSITIVE_INFINITY;
  }

  get running(): number {
    return this.metrics.running;
  }
}
