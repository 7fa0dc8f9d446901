import type { ComponentChild } from "preact";
import type { Tone } from "./badge.tsx";

export interface Bar {
  readonly key: string;
  readonly label: ComponentChild;
  readonly value: number;
  /** The number as written, with its unit. */
  readonly text: string;
  readonly tone?: Tone;
  /** The rows behind it. */
  readonly href?: string;
}

/** Horizontal bars on one scale, each with its number in words: a list to screen readers. */
export function Bars({ bars, max, label }: { bars: readonly Bar[]; max?: number; label: string }) {
  const top = max ?? Math.max(0, ...bars.map(({ value }) => value));
  return (
    <ul class="bars" aria-label={label}>
      {bars.map(({ key, label: name, value, text, tone = "info", href }) => (
        <li key={key}>
          <span class="bar-label">{href === undefined ? name : <a href={href}>{name}</a>}</span>
          <span class="bar-track" aria-hidden="true">
            <span
              class={`bar-fill ${tone}`}
              style={{ width: `${top === 0 ? 0 : Math.max(0.5, (value / top) * 100)}%` }}
            />
          </span>
          <span class="bar-text">{text}</span>
        </li>
      ))}
    </ul>
  );
}
