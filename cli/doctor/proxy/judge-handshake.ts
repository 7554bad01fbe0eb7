import type { Handshake } from "../../system/handshake.ts";
import { type Finding, ok, problem, warning } from "../check.ts";
import { reasonOf } from "../words.ts";
import { UPGRADE } from "./settings.ts";

/** What a handshake says of whoever is between. */
export function judgeHandshake({
  status,
  accepted,
  protocol,
  extensions,
  server,
  location,
}: Handshake): readonly Finding[] {
  const by = server === undefined ? "" : `, says ${server.slice(0, 60)}`;
  if (status !== 101)
    return [problem(`no WebSocket: HTTP ${status}${by}`, REMEDIES.get(status) ?? otherStatus(status, location))];
  if (!accepted)
    return [
      problem("HTTP 101, but not in answer to this handshake", `something between answers by itself. ${UPGRADE}`),
    ];
  const findings: Finding[] = [ok(`the upgrade comes through${by}`)];
  if (protocol === undefined) {
    findings.push(
      problem(
        "the subprotocol is lost on the way",
        "have the proxy pass Sec-WebSocket-Protocol on, both ways, as it is by default",
      ),
    );
  }
  if (extensions?.includes("permessage-deflate")) {
    findings.push(
      warning(
        "something between compresses WebSockets",
        "switch that off there: messages are deflated already, where that pays",
      ),
    );
  }
  return findings;
}

const REMEDIES: ReadonlyMap<number, string> = new Map([
  [200, `it is answered as a page is: the proxy does not pass the upgrade on. ${UPGRADE}`],
  [400, `the upgrade does not come through as it was sent. ${UPGRADE}`],
  [
    401,
    "the proxy wants a password: let this path be without, or put tokens into the protocol (docs/AUTHENTICATION.md)",
  ],
  [
    403,
    "the proxy, or the server for its origins or address, refuses: see ORIGINS (docs/TLS.md), and the proxy's rules",
  ],
  [404, "the path leads elsewhere: see the proxy's rules, and PATHS of the server"],
  [426, `the upgrade does not come through. ${UPGRADE}`],
  [
    429,
    "the server's rates refuse this address: with a proxy, list it in TRUSTED_PROXIES, so that clients are counted each for themselves",
  ],
  [502, "the proxy does not reach the server: see its address and port there, and whether the server runs"],
  [503, "the proxy has no server that is ready, or the server does not take more: see its health check, /readyz"],
  [504, "the proxy waits for the server in vain: see its address and port there, and whether a firewall is between"],
]);

function otherStatus(status: number, location: string | undefined): string {
  if (status >= 300 && status < 400 && location !== undefined && URL.canParse(location)) {
    const { protocol, host } = new URL(location);
    return `clients do not follow to ${protocol}//${host}: give them that address, as ${protocol.replace(/^http/, "ws")}//${host}`;
  }
  return `see the proxy's log. ${UPGRADE}`;
}

/** Why nobody has answered at all. */
export function judgeFailure(error: unknown): Finding {
  const { code = "" } = error as NodeJS.ErrnoException;
  const [, remedy] = FAILURES.find(([pattern]) => pattern.test(code)) ?? [
    undefined,
    "see whether the address is right",
  ];
  return problem(reasonOf(error), remedy);
}

const FAILURES: readonly (readonly [RegExp, string])[] = [
  [/^ECONNREFUSED$/, "nobody listens there: start the server, or the proxy"],
  [/^ENOTFOUND$|^EAI_/, "the name is not known: see the DNS"],
  [/^ETIMEDOUT$|^EHOSTUNREACH$|^ENETUNREACH$|^ABORT_ERR$/, "see whether a firewall is between"],
  [
    /^ECONNRESET$|^EPIPE$/,
    "hung up on: is TLS spoken there (wss://), or not (ws://)? With PROXY_PROTOCOL=on, only the proxy may come",
  ],
  [/^CERT_HAS_EXPIRED$/, "renew the certificate"],
  [
    /SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER)/,
    "send the certificates between as well (fullchain.pem); of an authority of your own: NODE_EXTRA_CA_CERTS",
  ],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, "the certificate is for other names: make one for this one"],
  [/^EPROTO$|^ERR_SSL/, "no TLS is spoken there: use ws://, or see what listens"],
  [/^HPE_/, "what answers there is not HTTP"],
];
