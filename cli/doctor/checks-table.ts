import type { Check } from "./check.ts";
import { backlog } from "./checks/backlog.ts";
import { clock } from "./checks/clock.ts";
import { configuration } from "./checks/configuration.ts";
import { conntrack } from "./checks/conntrack.ts";
import { cores } from "./checks/cores.ts";
import { koffi } from "./checks/koffi.ts";
import { libc } from "./checks/libc.ts";
import { localPorts } from "./checks/local-ports.ts";
import { memory } from "./checks/memory.ts";
import { nodeVersion } from "./checks/node-version.ts";
import { openFiles } from "./checks/open-files.ts";
import { ports } from "./checks/ports.ts";
import { proxy } from "./checks/proxy.ts";
import { rabbitmq } from "./checks/rabbitmq.ts";
import { redis } from "./checks/redis.ts";
import { socketFolder } from "./checks/socket-folder.ts";
import { tls } from "./checks/tls.ts";
import { uws } from "./checks/uws.ts";

/** All that is looked at, in the order in which it is shown. */
export const CHECKS: readonly Check[] = [
  ...[nodeVersion, libc, uws, koffi],
  ...[cores, memory, openFiles, localPorts, backlog, conntrack, socketFolder],
  ...[configuration, ports, tls, redis, clock, rabbitmq, proxy],
];
