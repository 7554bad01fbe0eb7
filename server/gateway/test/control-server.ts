import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { onTestFinished } from "vitest";

export interface ControlRequest {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A control port that notes what it is asked, and answers as it is told to. */
export async function startControl(answer: (request: ControlRequest) => Promise<[number, string]> | [number, string]) {
  const requests: ControlRequest[] = [];
  const server = createServer(async (asked, response) => {
    const request = { url: `${asked.method} ${asked.url}`, headers: asked.headers, body: await buffer(asked) };
    requests.push(request);
    const [status, body] = await answer(request);
    response.writeHead(status).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}
