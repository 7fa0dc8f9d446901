import { signal } from "@preact/signals";

const themes = ["auto", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const kept = "assay.theme";
const isTheme = (text: string | null): text is Theme => themes.some((theme) => theme === text);

/** The colours: those of the system unless chosen. */
export const theme = signal<Theme>("auto");

export function startTheme(): void {
  const before = localStorage.getItem(kept);
  setTheme(isTheme(before) ? before : "auto");
}

export function setTheme(chosen: Theme): void {
  theme.value = chosen;
  document.documentElement.dataset.theme = chosen;
  if (chosen === "auto") localStorage.removeItem(kept);
  else localStorage.setItem(kept, chosen);
}

export const nextTheme = (): Theme => themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? "auto";
