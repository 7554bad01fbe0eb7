import { AppError, type Client, connect, type LinkState } from "../../../client/index.ts";
import { CloseCode } from "../../../shared/codes.ts";
import type { DashboardApp } from "../../dashboard/dashboard-app.ts";
import type { Stats, Tops } from "../../dashboard/stats.ts";
import { countdown } from "../countdown.ts";
import { byId, make } from "../dom.ts";

export type DashboardClient = Client<DashboardApp>;

export interface SessionHooks {
  /** The server lets this page in. */
  opened(client: DashboardClient): void;
  /** What was kept of the last minutes; again after each return. */
  history(stats: readonly Stats[]): void;
  stats(stats: Stats): void;
  tops(tops: Tops): void;
  /** Whether what is shown is of now. */
  fresh(fresh: boolean): void;
}

/** Nothing else of this tab is kept, and nothing of it beyond the tab. */
const KEPT_AS = "fugitive-control-token";
/** Without a word for so long, what is shown is no longer of now, in milliseconds. */
const SILENCE_MS = 4_000;
const KEPT = 180;

const WORDS: Readonly<Record<LinkState, string>> = {
  connecting: "connecting",
  open: "live",
  waiting: "connection lost",
  closed: "signed out",
};

/** Connects this page, and asks for the token where there is one. */
export function startSession(hooks: SessionHooks): void {
  const line = byId("state", HTMLElement);
  const login = byId("login", HTMLElement);
  const main = byId("main", HTMLElement);
  const form = byId("login-form", HTMLFormElement);
  const field = byId("token", HTMLInputElement);
  const problem = byId("login-problem", HTMLElement);
  const signOut = byId("sign-out", HTMLButtonElement);
  let client: DashboardClient | undefined;
  let stopCountdown = (): void => {};
  let silence: ReturnType<typeof setTimeout> | undefined;

  function showState(state: LinkState, retryMs?: number): void {
    stopCountdown();
    line.dataset.state = state;
    line.textContent = WORDS[state];
    if (state !== "open") hooks.fresh(false);
    if (retryMs === undefined) return;
    // not to be read aloud each second
    const rest = make("span");
    rest.ariaHidden = "true";
    line.append(rest);
    stopCountdown = countdown(retryMs, (seconds) => {
      rest.textContent = `; again in ${seconds} s`;
    });
  }

  function heard(stats: Stats): void {
    clearTimeout(silence);
    silence = setTimeout(() => {
      if (client?.state !== "open") return;
      hooks.fresh(false);
      line.dataset.state = "waiting";
      line.textContent = "nothing heard";
    }, SILENCE_MS);
    if (line.textContent !== WORDS.open) showState("open");
    hooks.fresh(true);
    hooks.stats(stats);
  }

  function askForToken(text: string): void {
    client?.close();
    client = undefined;
    clearTimeout(silence);
    sessionStorage.removeItem(KEPT_AS);
    showState("closed");
    main.hidden = signOut.hidden = true;
    login.hidden = false;
    problem.textContent = text;
    field.value = "";
    field.focus();
  }

  function begin(token: string | undefined): void {
    client?.close();
    const own = connect<DashboardApp>(location.origin.replace(/^http/, "ws"), token === undefined ? {} : { token });
    client = own;
    const isOver = () => client !== own;
    const refused = (error?: unknown) => {
      if (isOver()) return;
      const asked = token !== undefined || (error instanceof AppError && error.code === "UNAUTHENTICATED");
      if (asked) askForToken(token === undefined ? "" : "That is not the token of this server.");
    };
    own.on("state", (state, { code, retryMs }) => {
      if (isOver()) return;
      showState(state, retryMs);
      if (state === "closed" && code === CloseCode.UNAUTHENTICATED) refused();
    });
    const watch = own.subscribe("stats", (stats) => isOver() || heard(stats as Stats));
    own.subscribe("tops", (tops) => isOver() || hooks.tops(tops as Tops));
    const begun = async () => {
      await watch.ready;
      if (isOver()) return;
      if (token !== undefined) sessionStorage.setItem(KEPT_AS, token);
      signOut.hidden = token === undefined;
      login.hidden = true;
      main.hidden = false;
      const kept = await own.call("$history", { channel: "stats", limit: KEPT });
      if (isOver()) return;
      hooks.history((kept as readonly { readonly data: Stats }[]).map(({ data }) => data));
    };
    watch.on("state", (state) => {
      if (state === "subscribed") begun().catch(() => {});
    });
    watch.ready.then(() => isOver() || hooks.opened(own), refused);
    showState("connecting");
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    problem.textContent = "";
    begin(field.value);
  });
  signOut.addEventListener("click", () => askForToken(""));
  begin(sessionStorage.getItem(KEPT_AS) ?? undefined);
}
