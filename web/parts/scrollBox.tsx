import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Scrolls what is too wide; while it is, the keyboard reaches it. */
export function ScrollBox({ label, children }: { label: string; children: ComponentChildren }) {
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      if (element.scrollWidth > element.clientWidth) element.tabIndex = 0;
      else element.removeAttribute("tabindex");
    });
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  }, []);
  return (
    <section class="scroll" ref={box} aria-label={label}>
      {children}
    </section>
  );
}
