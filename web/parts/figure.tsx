import type { ComponentChild, ComponentChildren } from "preact";
import { number } from "../read/format.ts";

interface FigureProps {
  readonly label: string;
  /** A number is written with separators; text stands as it is. */
  readonly value: number | string | null | ComponentChild;
  readonly unit?: string;
  /** The rows behind the figure. */
  readonly href?: string;
  /** What it counts, on hover and below. */
  readonly note?: ComponentChild;
}

/** One number with its unit, linked to the rows behind it. */
export function Figure({ label, value, unit, href, note }: FigureProps) {
  const text = typeof value === "number" || value === null ? number(value) : value;
  const shown = (
    <span class="value">
      {text}
      {unit === undefined ? null : <span class="unit"> {unit}</span>}
    </span>
  );
  return (
    <div class="figure">
      <dt>{label}</dt>
      <dd>
        {href === undefined ? shown : <a href={href}>{shown}</a>}
        {note === undefined ? null : <div class="dim small">{note}</div>}
      </dd>
    </div>
  );
}

/** A row of figures. */
export function Figures({ children }: { children: ComponentChildren }) {
  return <dl class="figures">{children}</dl>;
}

/** A titled box. `id` lets links point at it. */
export function Panel({
  title,
  id,
  aside,
  children,
}: {
  title: string;
  id?: string;
  aside?: ComponentChild;
  children: ComponentChildren;
}) {
  return (
    <section class="panel" id={id} aria-label={title}>
      <header>
        <h2>{title}</h2>
        {aside === undefined ? null : <div class="aside">{aside}</div>}
      </header>
      {children}
    </section>
  );
}

/** Names and values in two columns. */
export function Facts({ rows }: { rows: readonly (readonly [string, ComponentChild])[] }) {
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
