import { createServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { StartError } from "../start-error.ts";
import { explainPortError, findPort } from "./find-port.ts";

const HOST = "127.0.0.1";
const servers: Server[] = [];

/** Opens a port, and fails where it is taken. */
function open(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    servers.push(server);
    server.listen(port, HOST, () => resolve((server.address() as { port: number }).port));
  });
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

describe("findPort", () => {
  it("gives a free port where any will do, and leaves it free", async () => {
    const port = await findPort(HOST, 0);
    expect(port).toBeGreaterThan(0);
    await expect(open(port)).resolves.toBe(port);
  });

  it("gives the port that was asked for, and leaves it free", async () => {
    const port = await findPort(HOST, 0);
    expect(await findPort(HOST, port)).toBe(port);
    await expect(open(port)).resolves.toBe(port);
  });

  it("says in one line that a port is taken, and what to do", async () => {
    const port = await open(0);
    const text = `${HOST}:${port} is taken by another program: stop that, or choose another PORT`;
    await expect(findPort(HOST, port)).rejects.toThrow(text);
    await expect(findPort(HOST, port)).rejects.toBeInstanceOf(StartError);
  });

  it("says that an address is not this machine's", async () => {
    await expect(findPort("203.0.113.1", 0)).rejects.toThrow("this machine has no address 203.0.113.1:0");
  });
});

describe("explainPortError", () => {
  const error = (code: string) => Object.assign(new Error(`listen ${code}`), { code });

  it("keeps the system's error and code", () => {
    const cause = error("EADDRINUSE");
    expect(explainPortError(cause, HOST, 1, "PORT")).toMatchObject({ code: "EADDRINUSE", cause });
  });

  it("names the option to change", () => {
    expect(explainPortError(error("EACCES"), HOST, 80, "CONTROL_PORT").message).toBe(
      "127.0.0.1:80 may not be opened by this user: choose a CONTROL_PORT above 1023, or grant the right",
    );
  });

  it("passes on what it has no words for", () => {
    expect(explainPortError(error("EWHATEVER"), HOST, 1, "PORT").message).toBe(
      "cannot listen on 127.0.0.1:1: listen EWHATEVER",
    );
  });
});
