import type { ComponentChild, ComponentChildren } from "preact";
import { now } from "../live/clock.ts";
import type { Reading } from "../live/reading.ts";
import { relative } from "../read/format.ts";
import type { Problem } from "../read/problem.ts";

/** A refusal with the validator's own words. */
export function ProblemNote({ problem, again }: { problem: Problem; again?: (() => void) | undefined }) {
  return (
    <div class="note bad" role="alert">
      <strong>
        <span aria-hidden="true">✗ </span>
        {problem.title}
      </strong>
      <p>{problem.detail}</p>
      <p class="dim">
        <code>{problem.code}</code>
        {problem.retryAfterS === null ? null : ` · try again in ${problem.retryAfterS} s`}
      </p>
      {again === undefined ? null : (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Said where what is shown is older than the last attempt to read it. */
export function StaleNote({
  at,
  problem,
  again,
}: {
  at: number;
  problem: Problem;
  again?: (() => void) | undefined;
}) {
  return (
    <div class="note warn stale" role="status">
      <strong>
        <span aria-hidden="true">◷ </span>Last seen {relative(at, now.value)}
      </strong>{" "}
      {problem.title}: {problem.detail}{" "}
      {again === undefined ? null : (
        <button type="button" class="small" onClick={again}>
          Read again
        </button>
      )}
    </div>
  );
}

/** Grey bars in the place of what is being read. */
export function Loading({ what = "data", lines = 3 }: { what?: string; lines?: number }) {
  return (
    <div class="loading" role="status" aria-label={`Loading ${what}`}>
      {Array.from({ length: lines }, (_, i) => (
        <div key={i} class="bone" />
      ))}
    </div>
  );
}

/** Nothing to show, and what that means. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children === undefined ? null : <p class="dim">{children}</p>}
    </div>
  );
}

interface LoadedProps<T> {
  readonly reading: Reading<T>;
  readonly again?: () => void;
  /** Names what is read, for screen readers: "miners". */
  readonly what: string;
  readonly lines?: number;
  readonly children: (data: T) => ComponentChild;
}

/** The four states of a document: loading, refused, stale, there. Emptiness is the child's: it knows what it means. */
export function Loaded<T>({ reading, again, what, lines = 3, children }: LoadedProps<T>) {
  const { data, at, problem } = reading;
  if (data === null || at === null)
    return problem === null ? (
      <Loading what={what} lines={lines} />
    ) : (
      <ProblemNote problem={problem} again={again} />
    );
  return (
    <>
      {problem === null ? null : <StaleNote at={at} problem={problem} again={again} />}
      {children(data)}
    </>
  );
}
