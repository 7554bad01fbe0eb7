import { CloseCode } from "../shared/codes.ts";
import { createPack } from "../shared/msgpack-codec.ts";
import { Admission } from "./admission.ts";
import { type Assembly, assemble } from "./assembly.ts";
import { createAuthentication } from "./auth/create-authentication.ts";
import { revocationFrames } from "./auth/revocations.ts";
import { createLocalBroker } from "./brokers/local-broker.ts";
import { builtins } from "./builtins/builtins.ts";
import { connectUplink } from "./bus/uplink.ts";
import { ComputeClient } from "./compute/compute-client.ts";
import type { Connection } from "./connection/connection.ts";
import type { ConnectionServices } from "./connection/connection-services.ts";
import { Connections } from "./connection/connections.ts";
import { Fairness } from "./connection/fairness.ts";
import { MeteredInflate } from "./connection/metered-inflate.ts";
import { Reception } from "./connection/reception.ts";
import { Turn } from "./connection/turn.ts";
import { deflateBlocks, zlibDeflate } from "./connection/zlib-deflate.ts";
import { beginControl } from "./control/begin-control.ts";
import { controlFrames } from "./control/control-answers.ts";
import { Deadlines } from "./dispatch/deadlines.ts";
import { dispatch } from "./dispatch/dispatcher.ts";
import { type GoneServices, gone } from "./dispatch/gone.ts";
import { recheck } from "./dispatch/recheck.ts";
import type { Services } from "./dispatch/services.ts";
import { createGateway } from "./gateway/create-gateway.ts";
import { RawConnection } from "./gateway/raw-connection.ts";
import { RawEvents } from "./gateway/raw-events.ts";
import { rawPaths } from "./gateway/raw-paths.ts";
import { createHealthCheck, report } from "./health.ts";
import { createSocketWorkerApi } from "./hooks/create-socket-worker-api.ts";
import { RunningHooks } from "./hooks/running-hooks.ts";
import { publicRoutes } from "./http/public-routes.ts";
import { WorkerMetrics } from "./metrics/worker-metrics.ts";
import { codecsFor, connectionMaker } from "./paths/path-services.ts";
import { Paths } from "./paths/paths.ts";
import { peerLimits } from "./peers/peer-options.ts";
import { Peers, peerFrames } from "./peers/peers.ts";
import { ChannelRules } from "./pubsub/channel-rules.ts";
import { createChannels } from "./pubsub/create-channels.ts";
import { directFrames, tellUser } from "./pubsub/direct.ts";
import { gapFrames } from "./pubsub/gaps.ts";
import { hubFrames } from "./pubsub/hub.ts";
import { presenceFrames } from "./pubsub/presence.ts";
import { needQueue } from "./queued/need-queue.ts";
import { queuedFrames, RemoteCalls } from "./queued/remote-calls.ts";
import { Accounts, rateFrames } from "./rates/accounts.ts";
import { ConnectGate, connectFrames } from "./rates/connect-gate.ts";
import { Limiter } from "./rates/limiter.ts";
import { runningWorker } from "./running-worker.ts";
import { Claims } from "./sessions/claims.ts";
import { EveryUser } from "./sessions/every-user.ts";
import { Sessions, sessionFrames } from "./sessions/sessions.ts";
import type { SocketWorker, SocketWorkerOptions } from "./socket-worker-contract.ts";
import { Taps, tailFrames } from "./tail/taps.ts";
import { MemoryTransport } from "./transport/memory-transport.ts";
import { readVersion } from "./version.ts";

/** Starts a socket worker: the one place that constructs its services. Resolves once it serves. */
export async function startSocketWorker(options: SocketWorkerOptions): Promise<SocketWorker> {
  const { app, config, worker, events, log } = options;
  const started = performance.now();
  const turn = new Turn();
  const metrics = new WorkerMetrics(worker, turn, config.metricTags, options.path === undefined);
  const { counters, traffic, times, unknown, door } = metrics;
  const connections = new Connections(metrics.tags);
  const deadlines = new Deadlines();
  const fairness = new Fairness();
  const pack = createPack();
  const deflate = new MeteredInflate(zlibDeflate, config.maxInflateRatio);
  const { peers: definition } = app.definition;
  const limits = peerLimits(definition?.limits);
  const failed = (what: string) => (error: unknown) => {
    log.error({ error }, what);
    events.emit("error", error);
  };
  const authentication = await createAuthentication(
    app.definition,
    config,
    failed("a client could not be authenticated"),
  );
  const { authenticator, watch } = authentication;
  const uplink = await connectUplink({
    ...options.bus,
    worker: options.member,
    budget: config.busBudget,
    frames: {
      ...hubFrames(() => hub),
      ...gapFrames(connections),
      ...sessionFrames(() => sessions),
      ...presenceFrames(() => presence),
      ...peerFrames(() => peers),
      ...directFrames((frame) => tellUser(frame, sessions, frames)),
      ...revocationFrames(authentication.revocations),
      ...rateFrames(() => accounts),
      ...connectFrames(() => gate),
      ...controlFrames(() => control),
      ...tailFrames(() => taps),
      ...queuedFrames(() => remote),
    },
    lost: options.lost,
  });
  const broker = createLocalBroker(uplink, pack);
  const frames = { pack, deflateThreshold: config.deflateThreshold, deflateBlocks };
  const users = new EveryUser({ uplink, pack });
  const sessions = new Sessions(uplink, pack, {
    userChanged(connection) {
      presence.userChanged(connection);
      watch.look(connection);
      recheck(connection, services);
    },
    tagsChanged(connection) {
      connections.tags.update(connection, connection.tags);
      if (connection instanceof RawConnection) raw.tagged(connection);
    },
    refused: failed("tags of a user do not fit"),
  });

  const accounts = new Accounts(uplink, config.workers);
  const limiter = new Limiter({ config, accounts, counters, log, inflated: deflate.taken, clock: times });
  const rules = new ChannelRules(app.definition.requireUser);
  const publish = (channel: string, data: unknown) => channels.publisher.publish(channel, data);

  const compute = new ComputeClient({
    ...{ path: options.bus.compute, secret: options.bus.secret, worker, pack },
    budget: config.busBudget,
    maxHeld: config.computeQueue,
    needed: options.computeNeeded,
  });

  const facts = { node: config.node, version: readVersion(), worker, started, counters };
  const health = createHealthCheck({
    healthcheck: app.definition.healthcheck,
    limitMs: config.healthcheckMs,
    report: () => report({ ...facts, connections: connections.size, channels: hub.size }),
    failed: failed("the health check failed"),
  });

  const peers = definition && new Peers({ definition, limits, uplink, pack, timeoutMs: config.callTimeoutMs });
  const own = { health, procedures: () => assembly.procedures, history: { rules, broker, pack }, peers };
  const assembly: Assembly = await assemble({
    ...{ app, events, log, rules, publish, users, errors: metrics.errors, tasks: compute },
    builtins: builtins({ ...own, presence: () => presence, access: () => access }),
    timeoutMs: config.callTimeoutMs,
  }).catch((error: unknown) => {
    broker.close();
    throw error;
  });
  compute.start();
  const remote = new RemoteCalls(uplink, pack, () => services);
  needQueue(assembly.procedures.values(), config, remote);

  // raw paths are the main application's
  const streams = options.path === undefined ? await createGateway(config, log) : undefined;
  const raw = new RawEvents({ events, streams, paths: rawPaths(config.paths), uplink, pack });
  const connectionServices: ConnectionServices = {
    ...codecsFor(config.maxPayload, config, deflate),
    ...{ pack, turn, fairness, counters, traffic, times, maxCalls: config.maxCalls },
    received: (connection, bytes) => limiter.received(connection, bytes),
    dispatch: (connection, message) => dispatch(connection, message, services),
    closed: (connection, code) => gone(connection, code, leaving),
  };
  const rawServices = { listener: raw, counts: (connection: Connection) => limiter.counts(connection) };

  const reception = new Reception({
    ...{ connections, events, log, authenticator, sessions, watch, raw },
    create: connectionMaker({ config, services: connectionServices, deflate, raw: rawServices }),
    paths: new Paths({
      paths: config.paths,
      tags: app.definition.tags,
      failed: failed("tags of the application threw"),
    }),
    origins: config.origins,
    admission: () => admission,
  });
  const gate = new ConnectGate({ hooks: reception, config, accounts, uplink, counters });
  const routes = publicRoutes({ files: app.definition.files ?? {}, ready: () => admission.ready, health });
  const transport = options.transport(door.watched(gate), routes);

  const memory = new MemoryTransport(door.watched(reception), config.sendBudget);
  const taps = new Taps({ uplink, pack, connections, worker });
  const channels = createChannels({
    ...{ config, rules, broker, uplink, pack, frames, counters, limiter, sessions, deadlines, failed },
    transport: traffic.broadcast(taps.over(memory.beside(transport))),
  });
  const { hub, presence, access } = channels;
  const services: Services = {
    config,
    worker,
    log,
    procedures: assembly.procedures,
    ...{ ...channels, publish, users, sessions, authenticator, watch, limiter, pack, events, deadlines, fairness },
    ...{ counters, traffic, times, unknown },
    runTask: (task, input, request) => compute.run(task, input, request),
    claims: new Claims(uplink, config),
    remote,
  };

  const sized = { connections, hub, uplink, deadlines, fairness, procedures: assembly.procedures, streams };
  const { system, control } = beginControl({
    ...{ services, connectionServices, uplink, connections, frames, app },
    failed: failed("the control port could not be answered"),
    snapshot: () => metrics.snapshot(sized),
  });

  const leaving: GoneServices = { ...services, connections, door, gate, peers, raw };

  const admission = new Admission({
    connections,
    transport,
    limitMs: config.drainMs,
    others: () => services.claims.detached + system.running,
    leaving: (connection) => peers?.leaving(connection),
    failed: options.unable,
  });
  const hooks = new RunningHooks(log);
  const api = createSocketWorkerApi({
    ...{ services, connections, frames, memory, events: options.processEvents ?? events },
    later: (undo) => hooks.later("listeners", undo),
  });
  const port = await hooks
    .setUp(options.hooks, "socketWorker", api)
    .then(() => admission.listen())
    .catch(async (error: unknown) => {
      await hooks.undo();
      compute.close();
      assembly.dispose();
      broker.close();
      void streams?.close(0);
      throw error;
    });
  connections.startHeartbeats(config.heartbeatMs, (connection) => {
    counters.dead++;
    connection.close(CloseCode.NO_HEARTBEAT);
  });

  metrics.start();
  return runningWorker({
    ...{ port, connections, publish, users, admission },
    async close() {
      await options.drained?.();
      await Promise.all([hooks.undo(), streams?.close()]);
      connections.stopHeartbeats();
      for (const one of [metrics, deadlines, watch, memory, transport, compute, broker]) one.close();
      assembly.dispose();
    },
  });
}
