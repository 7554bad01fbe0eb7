/** What makes it worth to dial, or to ask after a connection, at once: the event, and words for people. */
const WAKE_UPS = {
  online: "online again",
  pageshow: "the page is shown again",
  resume: "the page runs again",
  visibilitychange: "the page is visible again",
} as const;

/** Whether this is a browser's page that nobody sees; never where there are no pages. */
export function isHidden(): boolean {
  return typeof document !== "undefined" && document.visibilityState === "hidden";
}

/**
 * Calls back when the network may be back, or a page is seen, shown or run again; never where there are no such events.
 * Returns the release.
 *
 * @param woke takes what happened, in words
 */
export function watchPage(woke: (why: string) => void): () => void {
  const listener = (event: Event) => {
    const { type } = event;
    // a page that was just loaded is shown too, but not again
    if (type === "pageshow" && (event as PageTransitionEvent).persisted === false) return;
    if (type !== "visibilitychange" || !isHidden()) woke(WAKE_UPS[type as keyof typeof WAKE_UPS]);
  };
  const releases = [
    ...listen(globalThis, ["online", "pageshow"], listener),
    ...listen(globalThis.document, ["visibilitychange", "resume"], listener),
  ];
  return () => {
    for (const release of releases) release();
  };
}

function listen(target: Partial<EventTarget> | undefined, types: string[], listener: (event: Event) => void) {
  return types.map((type) => {
    target?.addEventListener?.(type, listener);
    return () => target?.removeEventListener?.(type, listener);
  });
}
