import type { Peer, Seek } from "../../client/index.ts";
import { BoundedLog } from "./bounded-log.ts";
import { chatEntry } from "./chat-entry.ts";
import type { DemoClient } from "./demo-client.ts";
import { byId, reachable } from "./dom.ts";
import { bytesText, type TalkState, talkText, wayText } from "./peer-text.ts";
import { formatDuration, formatError } from "./text.ts";

const CONTEXT = "demo";
const UNKNOWN = "–";
/** How often the figures are brought up to date, in milliseconds. */
const LOOK_MS = 1_000;
const LONGEST_TEXT = 2_000;
const LONGEST_NAME = 40;

/** What the pages say to each other. */
interface Talking {
  readonly events: { readonly chat: string };
  readonly info: { readonly name: string };
}

/** What the button does next, by the state. */
const BUTTONS: Readonly<Record<TalkState, string>> = {
  idle: "Look for somebody",
  seeking: "Stop looking",
  connecting: "Hang up",
  open: "Hang up",
  reconnecting: "Hang up",
  closed: "Look for somebody",
};
/** The dot's colours are those of the connection to the server. */
const DOTS: Readonly<Partial<Record<TalkState, string>>> = { seeking: "connecting", reconnecting: "waiting" };

/** Two pages find each other and talk, and go on when the server is stopped. */
export function peerSection(client: DemoClient): void {
  const button = byId("peer-button", HTMLButtonElement);
  const hint = byId("peer-hint", HTMLElement);
  const line = byId("peer-state", HTMLElement);
  const words = byId("peer-words", HTMLElement);
  const figures = ["peer-round-trip", "peer-bytes", "peer-way"].map((id) => byId(id, HTMLElement));
  const text = byId("peer-text", HTMLInputElement);
  const send = byId("peer-send", HTMLButtonElement);
  const failure = byId("peer-error", HTMLElement);
  const log = new BoundedLog(reachable(byId("peer-log", HTMLElement)));
  const ownName = byId("chat-name", HTMLInputElement);
  let state: TalkState = "idle";
  let seeking: AbortController | undefined;
  let seek: Seek<Talking> | undefined;
  let peer: Peer<Talking> | undefined;

  function show(): void {
    const [said, meaning] = talkText({ state, name: nameOf(peer), served: client.state === "open" });
    line.dataset.state = DOTS[state] ?? state;
    line.textContent = said;
    words.textContent = meaning;
    button.textContent = BUTTONS[state];
    hint.hidden = state !== "idle" && state !== "closed";
    text.disabled = send.disabled = state !== "open";
  }

  function become(next: TalkState): void {
    state = next;
    show();
    if (next !== "open") for (const figure of figures) figure.textContent = UNKNOWN;
    else void look();
  }

  async function look(): Promise<void> {
    const mine = peer;
    if (state !== "open" || mine === undefined) return;
    const stats = await mine.stats();
    if (mine !== peer || mine.state !== "open") return;
    const told = [stats.rttMs === undefined ? UNKNOWN : formatDuration(stats.rttMs), bytesText(stats), wayText(stats)];
    for (const [index, figure] of figures.entries()) figure.textContent = told[index] ?? UNKNOWN;
  }

  function meet(found: Peer<Talking>): void {
    peer = found;
    become(found.state);
    found.listen("chat", (said: unknown) => {
      // whatever the types say, the other one may send anything
      if (typeof said === "string")
        log.add(chatEntry({ name: nameOf(found), text: said.slice(0, LONGEST_TEXT) }, false));
    });
    found.on("state", (next) => {
      if (peer !== found) return;
      become(next);
      if (next === "closed") end("closed");
    });
  }

  async function begin(): Promise<void> {
    failure.textContent = "";
    peer = undefined;
    const mine = new AbortController();
    seeking = mine;
    become("seeking");
    try {
      const info = { name: ownName.value.trim().slice(0, LONGEST_NAME) };
      const made = await client.peers.seek<Talking>({ context: CONTEXT, info, signal: mine.signal });
      if (seeking !== mine) {
        made.close();
        return;
      }
      seek = made;
      made.on("ended", (error) => {
        // who has somebody needs nobody else
        if (seeking !== mine || state !== "seeking") return;
        if (error !== undefined) failure.textContent = formatError(error);
        end("idle");
      });
      made.on("paired", (found) => {
        if (seeking === mine && peer === undefined) meet(found);
      });
      const [first] = made.peers;
      if (first !== undefined && peer === undefined) meet(first);
    } catch (error) {
      if (seeking !== mine) return;
      failure.textContent = formatError(error);
      end("idle");
    }
  }

  function end(next: TalkState): void {
    const before = seek;
    seeking?.abort();
    seek = seeking = undefined;
    before?.close();
    become(next);
  }

  button.addEventListener("click", () => {
    if (seeking === undefined) void begin();
    else end("idle");
  });
  byId("peer-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    const said = text.value.trim();
    if (said === "" || peer === undefined) return;
    failure.textContent = "";
    try {
      peer.emit("chat", said);
      text.value = "";
      log.add(chatEntry({ name: ownName.value.trim(), text: said }, true));
    } catch (error) {
      failure.textContent = `“${said}” was not sent. ${formatError(error)}`;
    }
  });
  client.on("state", show);
  setInterval(() => void look(), LOOK_MS);
  show();
}

function nameOf(peer: Peer<Talking> | undefined): string {
  const { name } = Object(peer?.info) as { readonly name?: unknown };
  return typeof name === "string" && name !== "" ? name.slice(0, LONGEST_NAME) : "Somebody";
}
