import { App, SSLApp, type TemplatedApp, type us_listen_socket } from "uWebSockets.js";
import { StartError } from "../start-error.ts";
import type { TlsFiles } from "./certificate.ts";
import { listenAtPort } from "./find-port.ts";

/** The adopting half of uWebSockets.js is missing in its types. */
export type AdoptingApp = TemplatedApp & { adoptSocket(descriptor: number): void };

/** Makes an app of uWebSockets.js, with a certificate where there is one. Throws where it cannot use that. */
export function createFront(tls: TlsFiles | undefined): AdoptingApp {
  if (tls === undefined) return App() as AdoptingApp;
  const { cert, key, keyPassphrase, ciphers } = tls;
  const options = { cert_file_name: cert, key_file_name: key, ssl_ciphers: ciphers };
  try {
    return SSLApp({ ...options, ...(keyPassphrase !== "" && { passphrase: keyPassphrase }) }) as AdoptingApp;
  } catch (error) {
    // it does not say why
    throw new StartError(`uWebSockets.js cannot use the certificate ${cert} with the key ${key} and these ciphers`, {
      cause: error,
    });
  }
}

/** Listens at a port, 0 for any, which other processes may share. Rejects where it is not to be had. */
export function listenDirectly(app: TemplatedApp, host: string, port: number): Promise<us_listen_socket> {
  return listenAtPort(host, port, async (found) => {
    const socket = await listenOnce(app, host, found);
    if (socket !== false) return socket;
    throw Object.assign(new Error(`listen EADDRINUSE: ${host}:${found}`), { code: "EADDRINUSE", port: found });
  });
}

function listenOnce(app: TemplatedApp, host: string, port: number): Promise<us_listen_socket | false> {
  return new Promise((resolve) => void app.listen(host, port, resolve));
}
