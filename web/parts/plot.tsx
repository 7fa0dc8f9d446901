import { useEffect, useRef } from "preact/hooks";
import { theme } from "../live/theme.ts";
import type { PlotProps } from "./plotProps.ts";

/** Lines over time. The library that draws them is loaded with the first plot. */
export function Plot(props: PlotProps) {
  const holder = useRef<HTMLDivElement>(null);
  const colours = theme.value;
  // Drawn anew only when it would look different: pages make new lists whenever they are told something.
  const drawn = JSON.stringify([props.times, props.lines, props.band, colours]);
  useEffect(() => {
    let stop: (() => void) | null = null;
    let isOver = false;
    void import("./plotCanvas.ts").then(({ drawPlot }) => {
      if (!isOver && holder.current !== null) stop = drawPlot(holder.current, props);
    });
    return () => {
      isOver = true;
      stop?.();
    };
  }, [drawn]);
  return (
    <figure class="plot">
      <div
        ref={holder}
        role="img"
        aria-label={props.label}
        style={{ minHeight: `${props.height ?? 180}px` }}
      />
      <figcaption class="offscreen">{props.label}</figcaption>
    </figure>
  );
}
