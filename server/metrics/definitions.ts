type MetricType = "counter" | "gauge" | "histogram";

/** What Prometheus knows of a metric, beside its values. */
export interface MetricDefinition<
  Type extends MetricType = MetricType,
  Labels extends readonly string[] = readonly string[],
> {
  readonly type: Type;
  readonly help: string;
  /** Their names, in the order in which a series has their values. One whose value is empty is left out of the text. */
  readonly labels: Labels;
}

type Define<Type extends MetricType> = <const Labels extends readonly string[] = []>(
  help: string,
  ...labels: Labels
) => MetricDefinition<Type, Labels>;

const counter: Define<"counter"> = (help, ...labels) => ({ type: "counter", help, labels });
const gauge: Define<"gauge"> = (help, ...labels) => ({ type: "gauge", help, labels });
const histogram: Define<"histogram"> = (help, ...labels) => ({ type: "histogram", help, labels });

/**
 * Every metric there is, in the order of the text. Of what several processes tell with the same labels the sum is told:
 * what is to be told of each has its worker's number among the labels. docs/METRICS.md is held against this by a test.
 */
export const METRICS = {
  fugitive_info: gauge("Always 1: which host and version this is.", "node", "version"),
  fugitive_uptime_seconds: gauge("How long the primary has been running."),
  fugitive_workers: gauge("Processes of socket workers, by what they do.", "state"),
  fugitive_worker_up: gauge(
    "1 where a socket worker said in time how it is; 0 where it was silent, or still starts.",
    "worker",
  ),
  fugitive_worker_deaths_total: counter("Socket workers that died and had to be replaced."),

  fugitive_connections: gauge("Connections that are open.", "worker"),
  fugitive_connections_by_tag: gauge("Connections that are open, by the value of a tag.", "tag", "value"),
  fugitive_connections_opened_total: counter("Connections that were opened."),
  fugitive_connections_closed_total: counter("Connections that are gone, by WebSocket close code.", "code"),
  fugitive_upgrades_refused_total: counter("Requests for a WebSocket that were refused.", "reason"),
  fugitive_connects_refused_total: counter("Connects beyond what may come from one address."),
  fugitive_connections_dead_total: counter("Connections closed for giving no sign of life."),
  fugitive_connections_flooded_total: counter("Connections closed for flooding."),
  fugitive_slow_readers_total: counter("Connections closed for reading too slowly."),
  fugitive_hellos_total: counter("What clients that said HELLO got.", "outcome"),

  fugitive_messages_total: counter("Messages of clients, and to them, by kind.", "direction", "kind"),
  fugitive_message_bytes_total: counter("Bytes of frames, as they were sent: deflated ones as such.", "direction"),
  fugitive_messages_refused_total: counter("Messages that were not understood, or answer nothing.", "reason"),
  fugitive_rate_limited_total: counter("Requests that were answered with RATE_LIMITED."),

  fugitive_calls_started_total: counter("Procedures that began to run."),
  fugitive_calls_total: counter("Calls that were answered, by procedure and outcome.", "procedure", "code"),
  fugitive_calls_in_flight: gauge("Calls that wait for their answers, and subscriptions for leave.", "worker"),
  fugitive_call_duration_seconds: histogram("From when a call was read until its answer was sent.", "procedure"),

  fugitive_publications_total: counter("Publications that clients or the application made."),
  fugitive_publications_refused_total: counter("Publications of the application that the bus refused."),
  fugitive_publications_dropped_total: counter("Publications beyond a rate to which nobody wanted an answer."),
  fugitive_publications_received_total: counter("Publications that came from the bus for subscribers."),
  fugitive_publications_left_out_total: counter("Publications not sent to subscribers that read too slowly."),
  fugitive_deliveries_total: counter("Publications that were sent to connections: once for each."),
  fugitive_recoveries_total: counter("Subscriptions that were to go on where they were.", "outcome"),
  fugitive_subscriptions: gauge("Subscriptions of connections.", "worker"),
  fugitive_channels: gauge("Channels and patterns with subscribers.", "worker"),

  fugitive_uplink_unsent_bytes: gauge("What waits in a socket worker to be sent to the primary.", "worker"),
  fugitive_downlink_unsent_bytes: gauge("What waits in the primary to be sent to a socket worker.", "worker"),
  fugitive_waiting_bytes: gauge("What clients have said and nobody has had time for yet.", "worker"),

  fugitive_gateway_up: gauge("1 where a broker for events of raw paths can be reached, else 0.", "broker", "worker"),
  fugitive_gateway_events_total: counter("Events of raw paths, by what became of them.", "broker", "outcome"),
  fugitive_gateway_waiting_events: gauge("Events of raw paths that wait for their broker.", "broker", "worker"),
  fugitive_gateway_waiting_bytes: gauge("Memory that these take.", "broker", "worker"),

  fugitive_sessions: gauge("Sessions, with a connection or without.", "state"),
  fugitive_kept_answers: gauge("Calls with a key that are remembered."),
  fugitive_kept_answers_bytes: gauge("Memory that answers to calls with a key take."),
  fugitive_histories: gauge("Channels whose publications are kept."),
  fugitive_history_bytes: gauge("Memory that publications which are kept take."),
  fugitive_presence_channels: gauge("Channels of which it is known who is in them."),
  fugitive_presence_bytes: gauge("Memory that who is in which channel takes."),
  fugitive_peers: gauge("Peers that seek somebody, or have found each other."),
  fugitive_queued_calls: gauge("Calls that a queue keeps, or whose answers are kept here."),
  fugitive_queued_answers_bytes: gauge("Memory that their answers take."),

  fugitive_job_queue_up: gauge("1 where the broker of jobs can be reached, 0 where it cannot."),
  fugitive_jobs_waiting: gauge("Jobs that wait for the broker to have them."),
  fugitive_jobs_total: counter("Jobs that the broker has or has not taken, and what came of them.", "outcome"),

  fugitive_hosts: gauge("Hosts of the application, as far as this one knows."),
  fugitive_redis_up: gauge("1 where the Redis that hosts share can be asked, else 0."),
  fugitive_redis_connects_total: counter(
    "Connections to it that were made: after the first, one for each that was lost.",
  ),
  fugitive_redis_batches_total: counter("Requests that were sent to it, each with one call of a script or many."),
  fugitive_redis_calls_total: counter("Calls of scripts, by what became of them.", "outcome"),
  fugitive_redis_waiting_bytes: gauge("Calls of scripts that wait to be sent."),

  fugitive_compute_up: gauge("1 where the compute host said in time how it is, 0 where it was silent."),
  fugitive_compute_deaths_total: counter("Compute hosts that died and had to be replaced."),
  fugitive_compute_threads: gauge("Compute threads that live."),
  fugitive_compute_thread_deaths_total: counter("Compute threads that ended before their time."),
  fugitive_compute_queued_bytes: gauge("Inputs of tasks that wait for a thread."),
  fugitive_tasks: gauge("Tasks that wait for a thread, or run.", "procedure", "state"),
  fugitive_tasks_total: counter("Tasks that are over, by outcome.", "procedure", "outcome"),
  fugitive_task_wait_seconds: histogram("How long tasks waited for a thread.", "procedure"),
  fugitive_task_run_seconds: histogram("How long tasks were on a thread.", "procedure"),

  fugitive_event_loop_lag_seconds: histogram("How late a timer was, twice a second.", "process", "worker"),
  fugitive_event_loop_seconds_total: counter(
    "Time that an event loop was busy, and idle.",
    "process",
    "worker",
    "state",
  ),
  fugitive_cpu_seconds_total: counter("Time of processors that a process has had.", "process", "worker"),
  fugitive_resident_memory_bytes: gauge("Memory that a process holds.", "process", "worker"),
  fugitive_heap_used_bytes: gauge("Memory of JavaScript's objects.", "process", "worker"),
} as const satisfies Readonly<Record<`fugitive_${string}`, MetricDefinition>>;

export type MetricName = keyof typeof METRICS;

export const METRIC_NAMES = Object.keys(METRICS) as MetricName[];

type ValuesOf<Labels extends readonly string[]> = { readonly [Index in keyof Labels]: string };

/** The values of a metric's labels. */
export type LabelsOf<Name extends MetricName> = ValuesOf<(typeof METRICS)[Name]["labels"]>;

/** The names of one type. */
export type NamesOf<Type extends MetricType> = {
  [Name in MetricName]: (typeof METRICS)[Name]["type"] extends Type ? Name : never;
}[MetricName];
