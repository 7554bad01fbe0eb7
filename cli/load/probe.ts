import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { StartError } from "../../server/start-error.ts";
import { SUBPROTOCOL_JSON, SUBPROTOCOL_MSGPACK } from "../../shared/message.ts";

const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/;

/**
 * Asks for a WebSocket once, to say in plain words why there is none; a client would only say that it has no connection.
 * @throws StartError with the remedy
 */
export function probe(url: URL, timeoutMs: number): Promise<void> {
  const secure = url.protocol === "wss:";
  const target = new URL(url);
  target.protocol = secure ? "https:" : "http:";
  return new Promise((resolve, reject) => {
    const fail = (text: string, code: string) => reject(new StartError(text, { code }));
    const request = (secure ? httpsRequest : httpRequest)(target, {
      timeout: timeoutMs,
      headers: {
        Connection: "Upgrade",
        Upgrade: "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "ZnVnaXRpdmUtbG9hZC4uLg==",
        "Sec-WebSocket-Protocol": `${SUBPROTOCOL_MSGPACK}, ${SUBPROTOCOL_JSON}`,
      },
    });
    request.on("upgrade", (_, socket) => {
      socket.destroy();
      resolve();
    });
    request.on("response", (response) => {
      response.destroy();
      fail(refusalText(url, response.statusCode ?? 0), `HTTP ${response.statusCode}`);
    });
    request.on("timeout", () => {
      request.destroy();
      fail(`${url.host} does not answer within ${timeoutMs} ms`, "ETIMEDOUT");
    });
    request.on("error", (error: NodeJS.ErrnoException) => fail(failureText(url, error), error.code ?? "UNKNOWN"));
    request.end();
  });
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
