import { type Browser, chromium, type Page } from "playwright-core";
import { expect, onTestFinished, vi } from "vitest";
import type * as Fugitive from "../../client/index.ts";
import type { Peer } from "../../client/peers/peer.ts";
import type { SeekOptions } from "../../client/peers/peer-types.ts";
import type { Seek } from "../../client/peers/seek.ts";
import { ARGUMENTS, checkedExecutable } from "./browser.ts";
import { type Cluster, type ClusterOptions, startCluster } from "./cluster.ts";
import { eventually, LIMIT_MS } from "./patience.ts";
import { leavePage, takePage } from "./used-pages.ts";

const PAGE = `<!doctype html><link rel="icon" href="data:,"><title>peers</title>
<script type="module" src="/page.mjs"></script>`;
const SCRIPT = 'import * as fugitive from "/client.mjs";\nwindow.fugitive = fugitive;\n';
const APP = (peers: string) => `export const app = defineApp({
  peers: ${peers},
  files: { "/": new URL("./page.html", import.meta.url), "/page.mjs": new URL("./page.mjs", import.meta.url) },
});`;

/** What a page notes of its peers, by their ids. */
export interface PeerNotes {
  readonly heard: string[];
  readonly states: string[];
  readonly ended: string[];
  readonly known: boolean[];
}

declare global {
  interface Window {
    /** All that the page has made, the newest last, each with its channel. */
    connections: (RTCPeerConnection & { channel?: RTCDataChannel })[];
    talk: {
      readonly client: Fugitive.Client;
      readonly seek: Seek;
      readonly notes: PeerNotes;
      /** The newest one. */
      peer: Peer | undefined;
    };
  }
}

/** A cluster of two workers with a page for peers. @param peers source of the application's `peers` */
export function startPeerCluster(peers = "{}", options: ClusterOptions = {}): Promise<Cluster> {
  return startCluster(peerCluster(peers, options));
}

/** What such a cluster is started with. */
export function peerCluster(peers = "{}", options: ClusterOptions = {}): ClusterOptions {
  return { ...options, app: APP(peers), files: { "page.html": PAGE, "page.mjs": SCRIPT } };
}

/** Pages find each other on this machine alone: by plain addresses, the loopback's included. */
const PEER_ARGUMENTS = [
  ...ARGUMENTS,
  "--disable-features=WebRtcHideLocalIpsWithMdns",
  "--allow-loopback-in-peer-connection",
];

/** Starts a Chromium for pages with peers. */
export function launchPeerBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: checkedExecutable(), headless: true, args: PEER_ARGUMENTS });
}

/** The same in processes of its own, to be stopped and continued; ended when the test is over. */
export async function launchStoppablePeerBrowser() {
  const server = await chromium.launchServer({
    executablePath: checkedExecutable(),
    headless: true,
    args: PEER_ARGUMENTS,
  });
  onTestFinished(() => server.close());
  const browser = await chromium.connect(server.wsEndpoint());
  const { pid } = server.process();
  return {
    browser,
    /** Sends a signal to all of its processes. */
    signal(signal: "SIGSTOP" | "SIGCONT"): void {
      if (pid !== undefined) process.kill(-pid, signal);
    },
  };
}

/** A page that seeks, says what it hears of to its notes, and offers some procedures. */
export class PeerPage {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  /** Opens a page as another person's browser would. It is left when the test is over. */
  static async open(browser: Browser, cluster: Cluster): Promise<PeerPage> {
    const page = await takePage(browser, noteConnections);
    onTestFinished(() => leavePage(browser, page));
    await page.goto(`http://127.0.0.1:${cluster.port}/`);
    await page.waitForFunction(() => "fugitive" in window);
    return new PeerPage(page);
  }

  /** Opens a page and seeks. @param other whose socket worker it is not to be on */
  static async seek(
    browser: Browser,
    cluster: Cluster,
    options: SeekOptions = {},
    other?: PeerPage,
  ): Promise<PeerPage> {
    const opened = await PeerPage.open(browser, cluster);
    await opened.seek(options, await other?.worker());
    return opened;
  }

  /** @param avoid the number of a socket worker not to be on @returns this page's own id */
  seek(options: SeekOptions = {}, avoid?: number): Promise<string> {
    return this.page.evaluate(seek, [options, avoid] as const);
  }

  notes(): Promise<PeerNotes> {
    return this.page.evaluate(() => window.talk.notes);
  }

  /** The socket worker that it is connected to. */
  worker(): Promise<number | undefined> {
    return this.page.evaluate(() => window.talk.client.welcome?.worker);
  }

  /** Waits until a number of peers is there. */
  async there(count = 1): Promise<void> {
    await this.#until(
      () => this.page.evaluate(() => window.talk.seek.peers.filter(({ state }) => state === "open").length),
      count,
    );
  }

  /** Tells all its peers that are there. */
  async say(text: string): Promise<void> {
    await this.page.evaluate((said) => {
      for (const peer of window.talk.seek.peers) if (peer.state === "open") peer.emit("chat", said);
    }, text);
  }

  async heard(text: string | RegExp): Promise<void> {
    const wanted = typeof text === "string" ? text : expect.stringMatching(text);
    await eventually(async () => expect((await this.notes()).heard).toContainEqual(wanted));
  }

  /** Waits until the newest peer is in this state. */
  async state(state: RegExp, timeout = LIMIT_MS): Promise<void> {
    await vi.waitFor(async () => expect((await this.notes()).states.at(-1)).toMatch(state), { timeout, interval: 50 });
  }

  /** Calls the newest peer. @returns the answer, or the error's code */
  call(name: string, input?: unknown, options?: { readonly timeoutMs?: number }): Promise<unknown> {
    return this.page.evaluate(
      ([procedure, data, its]) =>
        window.talk.peer?.call(procedure, data, its).catch((error) => `${error.code}: ${error.message}`),
      [name, input, options] as const,
    );
  }

  /** Does something to the newest connection, behind the client's back. */
  harm(what: "close" | "close the channel"): Promise<void> {
    return this.page.evaluate((how) => {
      const newest = window.connections.at(-1);
      if (how === "close") newest?.close();
      else newest?.channel?.close();
    }, what);
  }

  /** Sends bytes, or a text, to the newest peer behind the client's back. */
  sendRaw(...messages: readonly (readonly number[] | string)[]): Promise<void> {
    return this.page.evaluate((all) => {
      const channel = window.connections.at(-1)?.channel;
      for (const data of all) channel?.send((typeof data === "string" ? data : Uint8Array.from(data)) as "");
    }, messages);
  }

  /** Closes the page, as a person does. */
  async close(): Promise<void> {
    await this.page.close();
  }

  async #until(read: () => Promise<unknown>, wanted: unknown): Promise<void> {
    await eventually(async () => expect(await read()).toEqual(wanted));
  }
}

/** Runs in the page before its own scripts. */
function noteConnections(): void {
  const connections: Window["connections"] = [];
  window.connections = connections;
  window.RTCPeerConnection = class extends RTCPeerConnection {
    channel?: RTCDataChannel;

    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      connections.push(this);
    }

    override createDataChannel(label: string, options?: RTCDataChannelInit): RTCDataChannel {
      this.channel = super.createDataChannel(label, options);
      return this.channel;
    }
  };
}

/** Runs in the page, and so refers to nothing outside it. */
async function seek([options, avoid]: readonly [SeekOptions, number | undefined]): Promise<string> {
  const { connect, AppError } = (window as unknown as { fugitive: typeof Fugitive }).fugitive;
  const client = connect("/", { reconnect: { maxDelayMs: 500 } });
  const notes: PeerNotes = { heard: [], states: [], ended: [], known: [] };
  client.peers.register("double", (number) => Number(number) * 2);
  client.peers.register("fail", (code) => {
    throw new AppError(String(code), "on purpose", { more: 1 });
  });
  client.peers.register("crash", () => {
    throw new Error("a secret");
  });
  client.peers.register("hang", (_, { signal }) => {
    signal.addEventListener("abort", () => notes.heard.push(`aborted: ${signal.reason.code}`));
    return new Promise(() => {});
  });
  client.peers.register("count", async function* (to) {
    for (let count = 1; count <= Number(to); count++) yield count;
    return "done";
  });
  client.peers.register("who", (_, { peer }) => Object(peer.info).name);
  client.on("error", (error) => notes.ended.push(`error: ${error}`));
  await new Promise((resolve) => client.on("welcome", resolve));
  // connections are dealt in turn, those of plain requests as well
  while (client.welcome?.worker === avoid) {
    const welcomed = new Promise((resolve) => client.on("welcome", resolve));
    client.reconnect();
    await welcomed;
  }
  const made = await client.peers.seek(options);
  window.talk = { client, seek: made, notes, peer: undefined };
  const watch = (peer: Peer) => {
    window.talk.peer = peer;
    notes.states.push(peer.state);
    peer.on("state", (state, error) => {
      notes.states.push(error === undefined ? state : `${state}: ${error.code} ${error.message}`);
    });
    peer.listen("chat", (text) => notes.heard.push(String(text)));
  };
  for (const peer of made.peers) watch(peer);
  made.on("paired", watch);
  made.on("known", (known) => notes.known.push(known));
  made.on("ended", (error) => notes.ended.push(String(error)));
  return made.id;
}
