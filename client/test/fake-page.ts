import { afterEach, vi } from "vitest";

/** What happens to the document and does not bubble: its window hears of it only where it captures. */
const DOCUMENTS = ["resume", "freeze", "visibilitychange"];

/** A browser's page, as far as a client looks at it. */
export interface FakePage {
  tell(type: "online" | "pageshow" | "resume" | "freeze", event?: object): void;
  show(): void;
  hide(): void;
  /** How many listeners there are. */
  listeners(): number;
}

/** Makes a page of this platform, until the test ends. */
export function fakePage(visibilityState: "visible" | "hidden" = "visible"): FakePage {
  const held = new Set<string>();
  const target = Object.assign(new EventTarget(), { visibilityState });
  const addEventListener = (type: string, listener: EventListener, capture?: boolean) => {
    if (DOCUMENTS.includes(type) && capture !== true) return;
    held.add(type);
    target.addEventListener(type, listener);
  };
  const removeEventListener = (type: string, listener: EventListener) => {
    held.delete(type);
    target.removeEventListener(type, listener);
  };
  vi.stubGlobal("addEventListener", addEventListener);
  vi.stubGlobal("removeEventListener", removeEventListener);
  vi.stubGlobal("document", target);
  const become = (state: "visible" | "hidden") => {
    target.visibilityState = state;
    target.dispatchEvent(new Event("visibilitychange"));
  };
  return {
    tell: (type, event = {}) => target.dispatchEvent(Object.assign(new Event(type), event)),
    show: () => become("visible"),
    hide: () => become("hidden"),
    listeners: () => held.size,
  };
}

/** Takes the page away after every test of a file. */
export function usePages(): void {
  afterEach(() => {
    vi.unstubAllGlobals();
  });
}
