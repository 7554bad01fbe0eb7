import { isOriginPattern } from "../http/web-origin.ts";
import { pathList } from "../paths/path-options.ts";
import { isAddressRange } from "../transport/address-ranges.ts";
import { option } from "./option.ts";
import { hostAddress, listOf, oneOf, token, wholeNumber, wholeNumberOrOff } from "./option-types.ts";

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
    description: "address of the control API; with one for others, set a token",
    group: "network",
  }),
  controlToken: option({
    env: "CONTROL_TOKEN",
    flag: "control-token",
    type: token(),
    default: "",
    defaultText: "none",
    secret: true,
    description: "secret that whoever uses the control API has to present",
    group: "network",
  }),
  controlAllow: option({
    env: "CONTROL_ALLOW",
    flag: "control-allow",
    type: listOf("IP addresses and ranges like 10.0.0.0/8", isAddressRange),
    default: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
    defaultText: "private nets",
    description: "who may use the control API, beside this machine",
    group: "network",
  }),
  origins: option({
    env: "ORIGINS",
    flag: "origins",
    type: listOf("origins like https://app.example.com or https://*.example.com, null, or *", isOriginPattern),
    default: [],
    defaultText: "its own",
    description: "origins whose pages may connect, beside its own; * for all",
    group: "network",
  }),
  paths: option({
    env: "PATHS",
    flag: "paths",
    type: pathList(),
    default: [],
    defaultText: "all alike",
    description: "what holds for single paths: raw mode, tags, sizes; as JSON",
    group: "network",
  }),
  trustedProxies: option({
    env: "TRUSTED_PROXIES",
    flag: "trusted-proxies",
    type: listOf("IP addresses and ranges like 10.0.0.0/8", isAddressRange),
    default: [],
    defaultText: "none",
    description: "proxies that are believed whom they speak for",
    group: "network",
  }),
  proxyProtocol: option({
    env: "PROXY_PROTOCOL",
    flag: "proxy-protocol",
    type: oneOf("on", "off"),
    default: "off",
    description: "whether trusted proxies begin connections with a PROXY header",
    group: "network",
  }),
};
