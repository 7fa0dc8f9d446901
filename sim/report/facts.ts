import { escapeHtml } from "./escape.ts";

/** A sentence whose percentages are not broken across lines. */
export function sentenceHtml(text: string): string {
  return escapeHtml(text).replaceAll(" %", "&nbsp;%");
}

/** Names and values side by side. */
export function factsHtml(facts: readonly (readonly [name: string, value: string])[]): string {
  const items = facts.map(
    ([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`,
  );
  return `<dl class="facts">${items.join("")}</dl>`;
}

/** The verdict in words; `bad` only adds a colour. */
export function verdictHtml([headline = "", ...rest]: readonly string[], bad: boolean): string {
  const more = rest.map((line) => `<p>${sentenceHtml(line)}</p>`);
  return `<section class="verdict${bad ? " bad" : ""}" aria-label="Verdict"><p class="headline">${sentenceHtml(headline)}</p>${more.join("")}</section>`;
}
