import type { Script } from "../message.ts";

/** Of a web worker's global scope, where it throws in modules. https://html.spec.whatwg.org/#importing-scripts-and-libraries */
declare function importScripts(...urls: string[]): void;

export const isModuleWorker = (): boolean => {
  try {
    importScripts();
    return false;
  } catch {
    return true;
  }
};

/** Runs a classic script. A module that has no `importScripts` imports it: its globals are to be had by `self` then. */
export async function loadScript(script: Script): Promise<void> {
  await verified(script, async (url) => {
    if (isModuleWorker()) await import(/* @vite-ignore */ url);
    else importScripts(url);
  });
}

/** Imports a module. One whose hash is checked has to be of one piece: relative imports of its own are not found. */
export function loadModule(script: Script): Promise<object> {
  return verified(script, (url) => import(/* @vite-ignore */ url));
}

/** Loads a file as it is, or, where it has to have a hash, a copy of what was fetched and checked. */
async function verified<Loaded>({ url, integrity }: Script, load: (url: string) => Promise<Loaded>): Promise<Loaded> {
  const refusals = watchRefusals();
  let copy: string | undefined;
  try {
    if (integrity === undefined) return await load(url);
    const response = await fetch(url, { integrity }).catch((cause: Error) => {
      // a browser does not say which
      throw new Error(`${cause.message}, or it has not the hash ${integrity}`, { cause });
    });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    copy = URL.createObjectURL(new Blob([await response.text()], { type: "text/javascript" }));
    return await load(copy);
  } catch (error) {
    // it is told of a little later than the failure
    await new Promise((resolve) => setTimeout(resolve));
    const refusal = refusals.text();
    if (refusal === "") throw error;
    throw new Error(`${refusal} (${(error as Error).message})`, { cause: error });
  } finally {
    refusals.stop();
    if (copy !== undefined) URL.revokeObjectURL(copy);
  }
}

/** Remembers what the policy of the web worker's own file forbids, since what is thrown then does not always say. */
function watchRefusals(): { text(): string; stop(): void } {
  let text = "";
  const listener = (event: Event) => {
    const { effectiveDirective, blockedURI } = event as SecurityPolicyViolationEvent;
    text = `the Content-Security-Policy of the web worker's own file forbids ${blockedURI} by ${effectiveDirective}`;
  };
  addEventListener("securitypolicyviolation", listener);
  return { text: () => text, stop: () => removeEventListener("securitypolicyviolation", listener) };
}
