import { afterEach, beforeEach, vi } from "vitest";
import { portableDeflate } from "../../shared/portable-deflate.ts";
import { Client } from "../client.ts";
import type { ClientOptions } from "../options.ts";
import { type Answer, FakeServer } from "./fake-server.ts";

/** A client and the server it dials. */
export interface Pair {
  readonly client: Client;
  readonly server: FakeServer;
}

/** Fake time, and the shortest of random delays, in every test of a file. */
export function useFakeTime(): void {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, "random").mockReturnValue(0);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
}

/** Lets everything happen that waits for no time. */
export async function settled(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

/** Lets time pass, in milliseconds. */
export async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

/** A client on its way to a server. Its calls have one attempt unless said otherwise: more is for tests of that. */
export function dialling(answer?: Answer, options: ClientOptions = {}, network: FakeServer["network"] = "up"): Pair {
  const server = new FakeServer(answer);
  server.network = network;
  return {
    server,
    client: new Client("ws://server.test", { attempts: 1, ...options }, server.webSocket, portableDeflate),
  };
}

/** A client whose connection is open. */
export async function connected(answer?: Answer, options: ClientOptions = {}): Promise<Pair> {
  const pair = dialling(answer, options);
  await settled();
  return pair;
}
