import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../tools/free-port.mjs";
import { Service } from "./service.mjs";

const { REDIS_PATH, RABBITMQ_PATH } = process.env;
/** Not the commands in PATH: on Debian one of them becomes another user, who has no access here. */
const REDIS = REDIS_PATH || "/usr/bin/redis-server";
const RABBITMQ = RABBITMQ_PATH || "/usr/lib/rabbitmq/bin/rabbitmq-server";
const HOST = "127.0.0.1";

/** A Redis that has on disk what it has answered. @returns `{ url, service, end }` */
export async function startRedis() {
  const folder = ownFolder("redis");
  const port = await freePort();
  const place = ["--port", `${port}`, "--bind", HOST, "--dir", folder];
  const lasting = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""];
  const service = new Service(port, { command: REDIS, args: [...place, ...lasting], env: {} });
  await service.start();
  return { url: `redis://${HOST}:${port}`, service, end: () => end([service], folder) };
}

/** A RabbitMQ, with a name server of its own: Erlang would leave one running for all who come after. */
export async function startRabbit() {
  const folder = ownFolder("rabbitmq");
  const [port, distribution, names] = [await freePort(), await freePort(), await freePort()];
  const nameServer = new Service(names, { command: "epmd", args: ["-port", `${names}`, "-address", HOST], env: {} });
  await nameServer.start();
  const service = new Service(port, {
    command: RABBITMQ,
    args: [],
    env: {
      HOME: folder,
      // then the script becomes the server, instead of waiting for one that it starts
      RUNNING_UNDER_SYSTEMD: "1",
      ERL_EPMD_PORT: `${names}`,
      ERL_EPMD_ADDRESS: HOST,
      RABBITMQ_NODENAME: `chaos-${port}@localhost`,
      RABBITMQ_NODE_IP_ADDRESS: HOST,
      RABBITMQ_NODE_PORT: `${port}`,
      RABBITMQ_DIST_PORT: `${distribution}`,
      RABBITMQ_MNESIA_BASE: join(folder, "data"),
      RABBITMQ_LOG_BASE: join(folder, "log"),
      RABBITMQ_LOGS: "-",
      RABBITMQ_PID_FILE: join(folder, "pid"),
      // nothing of what this machine's own is told
      RABBITMQ_CONF_ENV_FILE: join(folder, "none"),
      RABBITMQ_CONFIG_FILE: join(folder, "none"),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "none"),
      // where it is told to end while it starts, it would write one where this runs
      ERL_CRASH_DUMP_SECONDS: "0",
      // one scheduler that sleeps when idle: the servers need the cores
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none",
    },
  });
  await service.start();
  return { url: `amqp://guest:guest@${HOST}:${port}`, service, end: () => end([service, nameServer], folder) };
}

/** Gone with this process, whatever becomes of that but SIGKILL. */
function ownFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `fugitive-chaos-${name}-`));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function end(services, folder) {
  for (const service of services) await service.kill();
  rmSync(folder, { recursive: true, force: true });
}
