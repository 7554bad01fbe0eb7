/** The element with this id. Throws where the page has none, or one of another kind: page and script are then of different builds. */
export function byId<Kind extends Element>(id: string, kind: new () => Kind): Kind {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`The page has no ${kind.name} #${id}.`);
  return element;
}

/** A new element. The text is never read as markup, whoever wrote it. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className = "",
  text = "",
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  if (text !== "") element.textContent = text;
  return element;
}

/** A `<time>` of now. @param timeStyle medium has seconds */
export function clock(timeStyle: "short" | "medium"): HTMLTimeElement {
  const now = new Date();
  const time = make("time", "quiet", now.toLocaleTimeString(undefined, { timeStyle, hourCycle: "h23" }));
  time.dateTime = now.toISOString();
  return time;
}

/** Lets the keyboard reach a part that scrolls, which not every browser does by itself. */
export function reachable<Kind extends HTMLElement>(element: Kind): Kind {
  element.tabIndex = 0;
  return element;
}
