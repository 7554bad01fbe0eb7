import type { ConnectionFacts, Cursor, FoundConnections } from "../../dashboard/requests.ts";
import { byId, make } from "../dom.ts";
import { showWorker } from "../worker-badge.ts";
import { type Api, failureText } from "./api.ts";
import { type ActionName, act, type Meant, meantAll, meantOne } from "./connection-actions.ts";
import { amount, UNKNOWN } from "./figures.ts";
import { type Column, tableRow } from "./table.ts";
import { tagQuery, typedTag } from "./tag-query.ts";

const COLUMNS: readonly Column[] = [
  { label: "Connection", className: "code name" },
  { label: "Worker" },
  { label: "Path", className: "code name" },
  { label: "User", className: "name" },
  { label: "Tags", className: "tags" },
  { label: "", className: "actions" },
];
const ROW_ACTIONS: readonly (readonly [ActionName, string])[] = [
  ["send", "Send…"],
  ["tag", "Tag…"],
  ["close", "Close…"],
];

/** Finds connections by their tags, and does things with one of them or with all that were found. */
export function connectionsSection(api: Api) {
  const body = byId("connections", HTMLElement);
  const field = byId("search", HTMLInputElement);
  const found = byId("found", HTMLElement);
  const page = byId("page", HTMLElement);
  const previous = byId("previous", HTMLButtonElement);
  const next = byId("next", HTMLButtonElement);
  const forAll = (["send", "tag", "close"] as const).map(
    (name) => [name, byId(`${name}-all`, HTMLButtonElement)] as const,
  );
  let shown = { query: "", typed: "", total: 0 };
  /** Where the pages up to this one begin. */
  let cursors: (Cursor | undefined)[] = [undefined];
  let following: Cursor | undefined;
  let asked = 0;

  function problem(text: string): void {
    found.textContent = text;
    found.classList.add("problem");
  }

  async function load(query: string, typed: string, to: (Cursor | undefined)[]): Promise<void> {
    const turn = ++asked;
    try {
      const answer = await api.find({ query, from: to.at(-1) });
      if (turn !== asked) return;
      shown = { query, typed, total: answer.total };
      cursors = to;
      show(answer);
    } catch (error) {
      if (turn === asked) problem(failureText(error));
    }
  }

  function search(): Promise<void> {
    try {
      return load(tagQuery(field.value), field.value, [undefined]);
    } catch (error) {
      problem(failureText(error));
      return Promise.resolve();
    }
  }

  async function perform(name: ActionName, meant: Meant): Promise<void> {
    if (!(await act(api, name, meant))) return;
    await load(shown.query, shown.typed, cursors);
    // the button that was pressed may be gone with its row
    if (document.activeElement === document.body) found.focus();
  }

  function show({ total, connections, next: more, silent }: FoundConnections): void {
    found.classList.toggle("problem", silent.length > 0);
    const which = shown.query === "" ? "in all" : `with ${shown.typed.trim()}`;
    const missing =
      silent.length > 0 ? ` Worker ${silent.join(", ")} is silent: its connections are missing here.` : "";
    found.textContent = `${amount(total, "connection")} ${which}.${missing}`;
    body.replaceChildren(...connections.map(rowOf));
    following = more;
    page.textContent = `Page ${cursors.length}`;
    previous.disabled = cursors.length === 1;
    next.disabled = more === undefined;
    for (const [, button] of forAll) button.disabled = total === 0;
  }

  function rowOf(facts: ConnectionFacts): HTMLTableRowElement {
    const { id, worker, path, user, address, tags } = facts;
    const badge = make("span", "worker");
    showWorker(badge, worker, String(worker));
    const chips = Object.entries(tags).map(([name, value]) => chip(typedTag(name, value)));
    const buttons = ROW_ACTIONS.map(([name, text]) => {
      const button = make("button", name === "close" ? "small danger" : "small", text);
      button.type = "button";
      button.setAttribute("aria-label", `${text} connection ${id}`);
      button.addEventListener("click", () => void perform(name, meantOne(facts)));
      return button;
    });
    return tableRow(COLUMNS, [
      [make("span", "", id), make("small", "", ` ${address}`)],
      badge,
      path,
      user ?? UNKNOWN,
      chips,
      buttons,
    ]);
  }

  /** A tag, which finds all that have it. */
  function chip(text: string): HTMLButtonElement {
    const button = make("button", "chip code", text);
    button.type = "button";
    button.title = `Find all with ${text}`;
    button.addEventListener("click", () => {
      field.value = text;
      void search();
    });
    return button;
  }

  byId("search-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    void search();
  });
  previous.addEventListener("click", () => void load(shown.query, shown.typed, cursors.slice(0, -1)));
  next.addEventListener("click", () => void load(shown.query, shown.typed, [...cursors, following]));
  for (const [name, button] of forAll) {
    button.addEventListener("click", () => void perform(name, meantAll(shown.query, shown.typed, shown.total)));
  }
  return { search };
}
