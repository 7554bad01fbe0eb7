import { AppError, type Client } from "../../client/index.ts";
import { AnswerView } from "./answer-view.ts";
import type { DemoClient } from "./demo-client.ts";
import { byId, make } from "./dom.ts";
import { exampleInput, isStreaming, type Procedure, snippet } from "./examples.ts";
import { parseJson } from "./text.ts";

/** Longer than any procedure of the demo may take. */
const LIMIT_MS = 65_000;
const FIRST_CHOICE = "math.add";

/** Calls any procedure of the server, with any input. */
export function callSection(client: DemoClient): void {
  const form = byId("call-form", HTMLFormElement);
  const select = byId("procedure", HTMLSelectElement);
  const input = byId("input", HTMLTextAreaElement);
  const code = byId("snippet", HTMLElement);
  const cancel = byId("cancel", HTMLButtonElement);
  const view = new AnswerView();
  let procedures: readonly Procedure[] = [];
  let running: AbortController | undefined;

  const showSnippet = () => {
    code.textContent = snippet(select.value, input.value);
  };
  const choose = () => {
    const chosen = procedures.find(({ name }) => name === select.value);
    input.value = chosen === undefined ? "" : exampleInput(chosen);
    showSnippet();
  };

  /** What the call gives in the end; items are shown as they come. */
  async function answer(mine: AbortController): Promise<unknown> {
    // which procedure it is shows at run time only
    const untyped = client as unknown as Client;
    const [name, data, { signal }] = [select.value, parseJson(input.value), mine];
    if (!isStreaming(name)) return untyped.call(name, data, { timeoutMs: LIMIT_MS, signal });
    const stream = untyped.stream(name, data, { timeoutMs: LIMIT_MS, signal });
    let step = await stream.next();
    for (; step.done !== true && running === mine; step = await stream.next()) view.item(step.value);
    return step.value;
  }

  async function call(): Promise<void> {
    running?.abort(new AppError("CANCELLED", "You began another call."));
    const mine = new AbortController();
    running = mine;
    cancel.disabled = false;
    view.begin(select.value);
    try {
      const result = await answer(mine);
      if (running === mine) view.succeed(result);
    } catch (error) {
      if (running === mine) view.fail(error);
    } finally {
      if (running === mine) {
        running = undefined;
        cancel.disabled = true;
      }
    }
  }

  select.addEventListener("change", choose);
  input.addEventListener("input", showSnippet);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void call();
  });
  cancel.addEventListener("click", () => running?.abort(new AppError("CANCELLED", "You cancelled it.")));

  client.on("welcome", () => {
    client.call("$procedures", undefined, { attempts: 1, idempotent: true }).then(
      (list) => {
        const before = JSON.stringify(procedures);
        procedures = list as readonly Procedure[];
        // what is being typed is worth more than a list that is the same
        if (JSON.stringify(procedures) === before) return;
        fill(select, procedures);
        choose();
      },
      () => {}, // asked again at the next welcome
    );
  });
}

/** One group per first part of the names, the server's own last. */
function fill(select: HTMLSelectElement, procedures: readonly Procedure[]): void {
  const chosen = select.value || FIRST_CHOICE;
  const groups = new Map<string, HTMLOptGroupElement>();
  const own = ({ name }: Procedure) => (name.startsWith("$") ? 1 : 0);
  for (const procedure of procedures.toSorted((a, b) => own(a) - own(b))) {
    const { name } = procedure;
    const title = own(procedure) === 1 ? "every server has" : name.slice(0, Math.max(0, name.indexOf("."))) || "other";
    const group = groups.get(title) ?? make("optgroup");
    group.label = title;
    groups.set(title, group);
    const option = make("option", "", name);
    option.selected = name === chosen;
    group.append(option);
  }
  select.replaceChildren(...groups.values());
}
