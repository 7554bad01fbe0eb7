import { StartError } from "../../server/start-error.ts";
import { shakeHands } from "../system/handshake.ts";

const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/;
const SWITCHING = 101;

/**
 * Asks for a WebSocket once, to say in plain words why there is none; a client would only say that it has no connection.
 * @throws StartError with the remedy
 */
export async function probe(url: URL, timeoutMs: number): Promise<void> {
  const late = AbortSignal.timeout(timeoutMs);
  const { status } = await shakeHands(url.href, late).catch((error: NodeJS.ErrnoException) => {
    if (!late.aborted) throw new StartError(failureText(url, error), { code: error.code ?? "UNKNOWN" });
    throw new StartError(`${url.host} does not answer within ${timeoutMs} ms`, { code: "ETIMEDOUT" });
  });
  if (status !== SWITCHING) throw new StartError(refusalText(url, status), { code: `HTTP ${status}` });
}

function refusalText(url: URL, status: number): string {
  if (status === 429) {
    return `${url.host} lets no more clients in from here (HTTP 429): raise its connectRate or connectionsPerIp, or name this address in exemptIps`;
  }
  if (status === 503) return `${url.host} is starting or ending (HTTP 503): try again`;
  return `${url.host}${url.pathname} is no Fugitive: it answers a WebSocket with HTTP ${status}`;
}

/** In words, with what can be done. Addresses of a host that has several fail one by one. */
function failureText(url: URL, error: NodeJS.ErrnoException): string {
  const { errors } = error as { readonly errors?: readonly NodeJS.ErrnoException[] };
  const code = error.code ?? errors?.[0]?.code ?? "";
  if (code === "ECONNREFUSED") {
    return `nobody listens at ${url.host}: start a server there (npm start), or name another one: fugitive load ws://HOST:PORT`;
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `there is no host ${url.hostname}`;
  if (UNTRUSTED.test(code)) {
    return `the certificate of ${url.host} is not trusted (${code}): NODE_EXTRA_CA_CERTS=FILE names whom to trust`;
  }
  if (code === "EPROTO") return `${url.host} does not speak TLS: ws:// rather than wss://?`;
  if (code === "ECONNRESET")
    return `${url.host} hangs up at once: ${url.protocol === "ws:" ? "wss://" : "ws://"} perhaps?`;
  return `no connection to ${url.host}: ${error.message || code}`;
}
