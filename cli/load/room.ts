import { StartError } from "../../server/start-error.ts";
import { quickReport } from "../system/quick-report.ts";
import { readText } from "../system/read-file.ts";
import type { Plan } from "./plan.ts";

/** Files that a process has open beside its clients' connections. */
const OTHER_FILES = 60;

/** What the system lets processes have; undefined where it does not say. */
export interface SystemRoom {
  /** Files that one process may have open. */
  readonly files: number | undefined;
  /** Ports from which one address may connect to another. */
  readonly ports: number | undefined;
}

/** Looks what there is. Node.js has raised its own limit of files as far as it may already. */
export function systemRoom(): SystemRoom {
  const report = quickReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  const files = report.userLimits?.open_files?.soft;
  return { files: typeof files === "number" ? files : undefined, ports: localPorts() };
}

/** @throws StartError with the remedy where there is no room for all clients */
export function checkRoom({ clients, processes }: Pick<Plan, "clients" | "processes">, room: SystemRoom): void {
  const each = Math.ceil(clients / processes) + OTHER_FILES;
  if (room.files !== undefined && each > room.files) {
    throw new StartError(
      `${clients} clients in ${processes} process${processes === 1 ? "" : "es"} need ${each} open files in each, and ` +
        `${room.files} are allowed: ulimit -n ${each}, or --processes ${Math.ceil(clients / Math.max(1, room.files - OTHER_FILES))}`,
      { code: "EMFILE" },
    );
  }
  if (room.ports !== undefined && clients > room.ports) {
    throw new StartError(
      `${clients} clients need as many ports, and this machine has ${room.ports} for one server: ` +
        "sysctl -w net.ipv4.ip_local_port_range='1024 65535', or load from more than one machine",
      { code: "EADDRNOTAVAIL" },
    );
  }
}

function localPorts(): number | undefined {
  const [first, last] = (readText("/proc/sys/net/ipv4/ip_local_port_range") ?? "").split(/\s+/).map(Number);
  return first === undefined || last === undefined ? undefined : last - first + 1;
}
