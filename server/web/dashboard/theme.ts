import { byId } from "../dom.ts";

/** Colours that charts draw with, by the names that the style sheet has for them. */
export type ColourName = `--${string}`;

const KEPT_AS = "fugitive-dashboard-theme";
const THEMES = ["auto", "light", "dark"];

/** Lets people choose between light and dark; without a choice it is as their system has it. Calls `changed` after each. */
export function themeSwitch(changed: () => void): void {
  const root = document.documentElement;
  const choice = byId("theme", HTMLFieldSetElement);
  const show = (theme: string): void => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
  };
  const kept = localStorage.getItem(KEPT_AS) ?? "auto";
  const theme = THEMES.includes(kept) ? kept : "auto";
  show(theme);
  for (const input of choice.querySelectorAll("input")) input.checked = input.value === theme;
  choice.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    localStorage.setItem(KEPT_AS, target.value);
    show(target.value);
    changed();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}

/** Reads a colour as a canvas wants it: the style sheet has one for light and one for dark. */
export function colourReader(): (name: ColourName) => string {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  return (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
}
