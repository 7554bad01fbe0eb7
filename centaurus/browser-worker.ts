import type { BrowserWorker } from "./platform-types.ts";
import type { SpawnWorker } from "./worker-link.ts";

/** Where the web worker's file is; or what makes a web worker, as bundlers want it. */
export type WorkerSource = string | URL | TrustedScriptUrl | (() => BrowserWorker);

/** What a page has to give where it asks for trusted types. https://www.w3.org/TR/trusted-types/ */
export interface TrustedScriptUrl {
  /** The address. */
  toJSON(): string;
}

/** Starts web workers of a page. */
export function browserWorkers(
  source: WorkerSource,
  options: { readonly type: "classic" | "module"; readonly name: string },
): SpawnWorker {
  return ({ message, failed, lost }) => {
    // a trusted address must stay what it is
    const worker = typeof source === "function" ? (source() as Worker) : new Worker(source as string | URL, options);
    worker.onmessage = ({ data }) => message(data);
    worker.onerror = ({ message: text }) => failed(text);
    worker.onmessageerror = () => lost("sent what cannot be read");
    // one that the page's policy forbids, and one whose file is missing, fail without a word
    let refusal = "";
    const refused = ({ effectiveDirective, blockedURI }: SecurityPolicyViolationEvent) => {
      if (/^(worker|child|script|default)/.test(effectiveDirective)) {
        refusal = `the page's Content-Security-Policy forbids ${blockedURI} by ${effectiveDirective}`;
      }
    };
    const page = globalThis.document;
    page?.addEventListener("securitypolicyviolation", refused);
    return {
      post: (data, transfer) => worker.postMessage(data, (transfer ?? []) as Transferable[]),
      terminate() {
        page?.removeEventListener("securitypolicyviolation", refused);
        worker.terminate();
      },
      async explain() {
        if (refusal !== "" || typeof source === "function") return refusal;
        return fetch(String(source)).then(({ status, url }) => `${url} gives HTTP ${status}`, String);
      },
    };
  };
}
