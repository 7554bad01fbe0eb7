import { byId } from "../dom.ts";

export interface Question {
  readonly title: string;
  /** What will happen, and to how many. */
  readonly text: string;
  /** What the button says that does it. */
  readonly action: string;
  /** Whether it ends something. */
  readonly danger?: boolean;
  /** What has to be said first. */
  readonly field?: {
    readonly label: string;
    readonly hint: string;
    readonly placeholder?: string;
    readonly optional?: boolean;
    /** Says what is wrong with it. */
    check?(text: string): string | undefined;
  };
}

/** Asks before something is done. @returns what was said in the field; undefined where it is not to be done */
export function ask({ title, text, action, danger = false, field }: Question): Promise<string | undefined> {
  const dialog = byId("dialog", HTMLDialogElement);
  const form = byId("dialog-form", HTMLFormElement);
  const input = byId("dialog-input", HTMLTextAreaElement);
  const problem = byId("dialog-problem", HTMLElement);
  const button = byId("dialog-action", HTMLButtonElement);
  const cancel = byId("dialog-cancel", HTMLButtonElement);
  byId("dialog-title", HTMLElement).textContent = title;
  byId("dialog-text", HTMLElement).textContent = text;
  byId("dialog-field", HTMLElement).hidden = field === undefined;
  byId("dialog-label", HTMLElement).textContent = field?.label ?? "";
  byId("dialog-hint", HTMLElement).textContent = field?.hint ?? "";
  input.placeholder = field?.placeholder ?? "";
  input.required = field !== undefined && field.optional !== true;
  input.value = problem.textContent = "";
  button.textContent = action;
  button.className = danger ? "danger solid" : "primary";

  return new Promise((resolve) => {
    const over = new AbortController();
    const { signal } = over;
    const end = (answer: string | undefined): void => {
      over.abort();
      dialog.close();
      resolve(answer);
    };
    form.addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        const wrong = field?.check?.(input.value);
        if (wrong === undefined) end(input.value);
        else problem.textContent = wrong;
      },
      { signal },
    );
    cancel.addEventListener("click", () => end(undefined), { signal });
    // Escape
    dialog.addEventListener("cancel", () => end(undefined), { signal });
    dialog.showModal();
    // nothing is done by a key that was pressed once too often
    (field === undefined ? cancel : input).focus();
  });
}
