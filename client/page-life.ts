/** What makes it worth to dial, or to ask after a connection, at once: the event, and words for people. */
const WAKE_UPS: Readonly<Record<string, string>> = {
  online: "online again",
  pageshow: "the page is shown again",
  resume: "the page runs again",
  visibilitychange: "the page is visible again",
};

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
  if (typeof addEventListener !== "function") return () => {};
  const listener = (event: Event) => {
    const { type } = event;
    // a page that was just loaded is shown too, but not again
    const loaded = type === "pageshow" && (event as PageTransitionEvent).persisted === false;
    if (!loaded && (type !== "visibilitychange" || !isHidden())) woke(WAKE_UPS[type] ?? type);
  };
  // some of them happen to the document and do not bubble, but all are captured by its window
  for (const type in WAKE_UPS) addEventListener(type, listener, true);
  return () => {
    for (const type in WAKE_UPS) removeEventListener(type, listener, true);
  };
}
