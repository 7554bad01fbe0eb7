import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { ServiceProcess } from "./service-process.ts";

/** A real RabbitMQ that belongs to a test, with a folder and a name server of its own. */
export interface RabbitServer {
  readonly port: number;
  readonly url: string;
  kill(): Promise<void>;
  /** Starts it again with what it had. */
  start(): Promise<void>;
  /** Ends it for good. */
  end(): Promise<void>;
}

/** Not the command in PATH: on Debian that one becomes another user, who has no access here. */
const PROGRAM = process.env.RABBITMQ_PATH || "/usr/lib/rabbitmq/bin/rabbitmq-server";

/** Starts one, which takes some seconds. */
export async function startRabbit(): Promise<RabbitServer> {
  const folder = await mkdtemp(join(tmpdir(), "fugitive-rabbitmq-"));
  const [port, distribution, names] = [await freePort(), await freePort(), await freePort()];
  // Erlang would leave one running for all who come after
  const nameServer = new ServiceProcess("epmd", ["-port", String(names), "-address", "127.0.0.1"]);
  await nameServer.listening(names);
  const env = {
    HOME: folder,
    // then the script becomes the server, instead of waiting for one that it starts
    RUNNING_UNDER_SYSTEMD: "1",
    ERL_EPMD_PORT: String(names),
    ERL_EPMD_ADDRESS: "127.0.0.1",
    RABBITMQ_NODENAME: `test-${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: "127.0.0.1",
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_MNESIA_BASE: join(folder, "data"),
    RABBITMQ_LOG_BASE: join(folder, "log"),
    RABBITMQ_LOGS: "-",
    RABBITMQ_PID_FILE: join(folder, "pid"),
    // nothing of what this machine's own is told
    RABBITMQ_CONF_ENV_FILE: join(folder, "none"),
    RABBITMQ_CONFIG_FILE: join(folder, "none"),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "none"),
    // one scheduler that sleeps when idle: other tests need the cores
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none",
  };
  let service: ServiceProcess | undefined;

  async function start(): Promise<void> {
    service = new ServiceProcess(PROGRAM, [], env);
    await service.listening(port);
  }

  await start();
  return {
    port,
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    start,
    async kill() {
      await service?.kill();
    },
    async end() {
      await service?.kill();
      await nameServer.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
