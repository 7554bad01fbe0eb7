interface FreePort {
  freePort(): Promise<number>;
}

/** A plain script, as scripts that run without a build need it too; so its types are said here. */
const script: FreePort = await import(new URL("../../../tools/free-port.mjs", import.meta.url).href);

/** A port of the loopback where nobody listens, and that the system gives to no connection. */
export const freePort = (): Promise<number> => script.freePort();
