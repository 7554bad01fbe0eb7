import { CloseCode } from "../shared/codes.ts";
import { createJsonCodec } from "../shared/json-codec.ts";
import { createMsgpackCodec, createPack } from "../shared/msgpack-codec.ts";
import { Admission, type ShedOrder } from "./admission.ts";
import { type Assembly, assemble } from "./assembly.ts";
import { createLocalBroker } from "./brokers/local-broker.ts";
import { builtins } from "./builtins/builtins.ts";
import { connectUplink } from "./bus/uplink.ts";
import { ComputeClient } from "./compute/compute-client.ts";
import type { ConnectionServices } from "./connection/connection-services.ts";
import { Connections } from "./connection/connections.ts";
import { Fairness } from "./connection/fairness.ts";
import { Reception } from "./connection/reception.ts";
import { Turn } from "./connection/turn.ts";
import { deflateBlocks, zlibDeflate } from "./connection/zlib-deflate.ts";
import { Deadlines } from "./dispatch/deadlines.ts";
import { dispatch } from "./dispatch/dispatcher.ts";
import type { Services } from "./dispatch/services.ts";
import { createHealthCheck } from "./health.ts";
import { publicRoutes } from "./http/public-routes.ts";
import { createCounters } from "./metrics.ts";
import { peerLimits } from "./peers/peer-options.ts";
import { Peers, peerFrames } from "./peers/peers.ts";
import { ChannelRules } from "./pubsub/channel-rules.ts";
import { Hub, hubFrames } from "./pubsub/hub.ts";
import { Presence, presenceFrames } from "./pubsub/presence.ts";
import { Publisher } from "./pubsub/publisher.ts";
import { Claims } from "./sessions/claims.ts";
import { Sessions, sessionFrames } from "./sessions/sessions.ts";
import type { SocketWorkerOptions } from "./socket-worker-options.ts";
import { createUwsTransport } from "./transport/uws-transport.ts";
import { readVersion } from "./version.ts";

export interface SocketWorker {
  /** The port that was opened. */
  readonly port: number;
  readonly connections: Connections;
  publish(channel: string, data: unknown): void;
  /** Makes room for others. @returns how many connections went, once they are gone */
  shed(order: ShedOrder): Promise<number>;
  /** Takes connections again, after `shed`. */
  accept(): Promise<void>;
  /**
   * Takes no more connections, lets calls in flight finish, tells clients to come back, and closes.
   * @param overMs others serve meanwhile: clients are told one after the other, over so many milliseconds
   */
  drain(overMs?: number): Promise<void>;
}

/** Starts a socket worker: the one place that constructs its services. Resolves once it serves. */
export async function startSocketWorker(options: SocketWorkerOptions): Promise<SocketWorker> {
  const { app, config, worker, events, log } = options;
  const started = performance.now();
  const version = readVersion();
  const counters = createCounters();
  const connections = new Connections();
  const deadlines = new Deadlines();
  const fairness = new Fairness();
  const pack = createPack();
  const msgpack = createMsgpackCodec({ ...config, deflate: zlibDeflate, budget: config });
  const { peers: definition } = app.definition;
  const limits = peerLimits(definition?.limits);
  const uplink = await connectUplink({
    ...options.bus,
    worker: options.member,
    budget: config.busBudget,
    frames: {
      ...hubFrames(() => hub),
      ...sessionFrames(() => sessions),
      ...presenceFrames(() => presence),
      ...peerFrames(() => peers),
    },
    lost: options.lost,
  });
  const broker = createLocalBroker(uplink, pack);
  const sessions = new Sessions(uplink, pack, (connection) => presence.userChanged(connection));

  const failed = (what: string) => (error: unknown) => {
    log.error({ error }, what);
    events.emit("error", error);
  };
  const rules = new ChannelRules();
  const publisher = new Publisher({
    rules,
    broker,
    pack,
    counters,
    failed: failed("a publication failed"),
  });
  const publish = (channel: string, data: unknown) => publisher.publish(channel, data);

  const compute = new ComputeClient({
    path: options.bus.compute,
    secret: options.bus.secret,
    worker,
    budget: config.busBudget,
    maxHeld: config.computeQueue,
    pack,
    needed: options.computeNeeded,
  });

  const health = createHealthCheck({
    healthcheck: app.definition.healthcheck,
    limitMs: config.healthcheckMs,
    report: () => ({
      ok: true,
      pid: process.pid,
      worker,
      node: config.node,
      version,
      uptime: (performance.now() - started) / 1000,
      connections: connections.size,
      channels: hub.size,
      memory: process.memoryUsage.rss(),
      counters,
    }),
    failed: failed("the health check failed"),
  });

  const peers = definition && new Peers({ definition, limits, uplink, pack, timeoutMs: config.callTimeoutMs });
  const own = { health, procedures: () => assembly.procedures, history: { rules, broker, pack }, peers };
  const assembly: Assembly = await assemble({
    app,
    builtins: builtins({ ...own, presence: () => presence }),
    events,
    log,
    timeoutMs: config.callTimeoutMs,
    rules,
    tasks: compute,
    publish,
  }).catch((error: unknown) => {
    broker.close();
    throw error;
  });
  compute.start();

  const connectionServices: ConnectionServices = {
    msgpack,
    json: createJsonCodec(config),
    pack,
    turn: new Turn(),
    fairness,
    counters,
    maxPayload: config.maxPayload,
    maxCalls: config.maxCalls,
    dispatch: (connection, message) => dispatch(connection, message, services),
    closed(connection, code) {
      connections.delete(connection);
      // ahead of its calls: only the code tells whether it may come back
      peers?.closed(connection, code);
      for (const call of connection.calls?.values() ?? []) call.abandon();
      presence.forget(connection);
      hub.forget(connection);
      sessions.left(connection);
      log.debug({ connection: connection.id, code }, "connection closed");
      events.emit("terminated", connection, code);
    },
  };

  const reception = new Reception({
    connections,
    services: connectionServices,
    events,
    log,
    admission: () => admission,
  });
  const transport = createUwsTransport(
    { ...config, deal: options.deal, warn: (text) => log.warn(text) },
    reception,
    publicRoutes({ files: app.definition.files ?? {}, ready: () => admission.ready, health }),
  );

  const hub = new Hub({
    rules,
    broker,
    frames: { pack, deflateThreshold: config.deflateThreshold, deflateBlocks },
    transport,
    counters,
    sendBudget: config.sendBudget,
    maxChannels: config.maxChannels,
  });
  const presence = new Presence({ rules, uplink, pack, transport, ...config, failed: failed("a presence rule threw") });
  const services: Services = {
    config,
    worker,
    log,
    procedures: assembly.procedures,
    publisher,
    publish,
    runTask: (task, input, request) => compute.run(task, input, request),
    hub,
    presence,
    sessions,
    claims: new Claims(uplink, config),
    pack,
    events,
    deadlines,
    fairness,
    counters,
  };

  const admission = new Admission({
    connections,
    transport,
    limitMs: config.drainMs,
    others: () => services.claims.detached,
    leaving: (connection) => peers?.leaving(connection),
    failed: options.unable,
  });
  const port = await admission.listen().catch((error: unknown) => {
    compute.close();
    assembly.dispose();
    broker.close();
    throw error;
  });
  connections.startHeartbeats(config.heartbeatMs, (connection) => {
    counters.dead++;
    connection.close(CloseCode.NO_HEARTBEAT);
  });

  let ending: Promise<void> | undefined;
  return {
    port,
    connections,
    publish,
    shed: (order) => admission.shed(order),
    accept: () => admission.accept(),
    drain(overMs) {
      const drained = admission.drain(overMs);
      ending ??= drained.then(() => {
        connections.stopHeartbeats();
        deadlines.close();
        transport.close();
        compute.close();
        broker.close();
        assembly.dispose();
      });
      return ending;
    },
  };
}
