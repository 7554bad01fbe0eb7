import type { TlsFiles } from "./certificate.ts";
import type { Deal } from "./deal.ts";
import type { TransportOptions } from "./transport.ts";

/** What a transport for the port of clients is made with. */
export interface PublicTransportOptions extends TransportOptions {
  /** `round-robin`: the primary accepts and deals; `kernel`: every worker accepts for itself. */
  readonly balance: "round-robin" | "kernel";
  /** Who deals, where that is how they are balanced. */
  readonly deal?: Deal | undefined;
  /** Whether trusted proxies say whose a connection is before its first byte. @default "off" */
  readonly proxyProtocol?: "on" | "off";
  /** How long a proxy may take to say that, in milliseconds. */
  readonly handshakeMs: number;
  /** @default none: nothing is encrypted */
  readonly tls?: TlsFiles | undefined;
  /** Told, once, of what the operator should know. */
  warn(text: string): void;
  /** Told of each new certificate, and of what keeps one from being used. @default nobody is */
  renewed?(text: string, failed: boolean): void;
}
