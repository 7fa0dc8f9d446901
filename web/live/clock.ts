import { signal } from "@preact/signals";

/** The browser's clock; everything else on the page takes the time from here. */
export const nowMs = (): number => Date.now();

/** Unix ms, anew each second while the page is looked at. */
export const now = signal(nowMs());

export function startClock(): void {
  const tick = () => {
    if (!document.hidden) now.value = nowMs();
  };
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
}
