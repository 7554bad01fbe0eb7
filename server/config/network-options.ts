import { option } from "./option.ts";
import { hostAddress, wholeNumber, wholeNumberOrOff } from "./option-types.ts";

/** Where clients and operators reach this server. */
export const NETWORK_OPTIONS = {
  port: option({
    env: "PORT",
    flag: "port",
    type: wholeNumber(0, 65_535),
    default: 8080,
    description: "port of clients; 0 takes any free one",
    group: "network",
  }),
  host: option({
    env: "HOST",
    flag: "host",
    type: hostAddress(),
    default: "0.0.0.0",
    description: "address that clients reach; 0.0.0.0 is every IPv4 address",
    group: "network",
  }),
  controlPort: option({
    env: "CONTROL_PORT",
    flag: "control-port",
    type: wholeNumberOrOff(0, 65_535),
    default: 8081,
    description: "port of the control API; 0 takes any free one, off has none",
    group: "network",
  }),
  controlHost: option({
    env: "CONTROL_HOST",
    flag: "control-host",
    type: hostAddress(),
    default: "127.0.0.1",
    description: "address of the control API, which trusts whoever reaches it",
    group: "network",
  }),
};
