import type { Tops } from "../../dashboard/stats.ts";
import { byId, make } from "../dom.ts";
import { parseJson } from "../text.ts";
import { type Api, failureText } from "./api.ts";
import { ask, type Question } from "./dialog.ts";
import { amount } from "./figures.ts";

type Work = () => Promise<string>;

/** Publishes, calls and revokes. @param tops who has most to do, as far as is known */
export function operations(api: Api, tops: () => Tops | undefined) {
  /** Asks, does it, and shows the answer below the form. */
  function form(name: string, prepare: () => Promise<{ question: Question; work: Work }>): void {
    const element = byId(`${name}-form`, HTMLFormElement);
    const answer = byId(`${name}-answer`, HTMLOutputElement);
    const tell = (text: string, failed = false): void => {
      answer.textContent = text;
      answer.classList.toggle("problem", failed);
    };
    const run = async (): Promise<void> => {
      tell("");
      try {
        const { question, work } = await prepare();
        if ((await ask(question)) === undefined) return;
        tell("Under way.");
        tell(await work());
      } catch (error) {
        tell(failureText(error), true);
      }
    };
    element.addEventListener("submit", (event) => {
      event.preventDefault();
      void run();
    });
  }

  form("publish", async () => {
    const channel = byId("publish-channel", HTMLInputElement).value;
    const data = byId("publish-data", HTMLTextAreaElement).value;
    parseJson(data);
    const known = tops()?.channels.find(({ name }) => name === channel)?.subscribers;
    const whom = known === undefined ? "whoever is subscribed to it" : `about ${amount(known, "subscriber")}`;
    return {
      question: { title: "Publish", text: `Publishes this to “${channel}”, for ${whom}.`, action: "Publish 1" },
      async work() {
        const request = { path: "/publish", query: query({ channel }), body: data, type: "application/json" };
        const { offset } = (await api.ask({ method: "POST", ...request })) as { offset?: number };
        return offset === undefined ? "Published." : `Published, at offset ${offset}.`;
      },
    };
  });

  form("call", async () => {
    const procedure = byId("call-procedure", HTMLInputElement).value;
    const user = byId("call-user", HTMLInputElement).value;
    const input = byId("call-input", HTMLTextAreaElement).value.trim();
    parseJson(input);
    const who = user === "" ? "as the system, past all guards" : `on behalf of user “${user}”`;
    return {
      question: { title: "Call", text: `Calls “${procedure}” once, ${who}.`, action: "Call 1" },
      async work() {
        const named = query({ procedure, ...(user !== "" && { user }) });
        const body = input === "" ? {} : { body: input, type: "application/json" };
        const answer = await api.ask({ method: "POST", path: "/call", query: named, ...body });
        return JSON.stringify(answer, undefined, 1);
      },
    };
  });

  form("revoke", async () => {
    const ofUser = document.querySelector<HTMLInputElement>('input[name="revoke"]:checked')?.value === "user";
    const name = byId("revoke-name", HTMLInputElement).value;
    const ban = byId("revoke-ban", HTMLInputElement).checked;
    const target = query(ofUser ? { user: name } : { session: name });
    const { total } = await api.find({ query: target });
    const what = ofUser ? `all sessions of user “${name}”` : `session ${name}`;
    const then = ban ? "Their clients are told to stay away." : "Their clients may prove anew who they are.";
    const text = `Ends ${what}, and ${amount(total, "connection")} that belong to it. ${then}`;
    return {
      question: { title: "Revoke", text, action: `Revoke ${total}`, danger: true },
      async work() {
        const request = { path: "/revoke", query: ban ? `${target}&ban=` : target };
        const { ended } = (await api.ask({ method: "POST", ...request })) as { ended: number };
        return `${amount(ended, "session")} ended.`;
      },
    };
  });

  return {
    /** Learns which procedures there are. */
    async learn(): Promise<void> {
      const procedures = await api.ask({ method: "GET", path: "/procedures" });
      const names = Array.isArray(procedures)
        ? procedures.map(({ name }) => String(name))
        : Object.keys(Object(procedures));
      const list = byId("procedure-names", HTMLDataListElement);
      list.replaceChildren(...names.map((name) => Object.assign(make("option"), { value: name })));
    },
  };
}

function query(named: Readonly<Record<string, string>>): string {
  return new URLSearchParams(named).toString();
}
