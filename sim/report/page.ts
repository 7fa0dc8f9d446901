import { createHash } from "node:crypto";
import { escapeHtml, scriptText } from "./escape.ts";

export interface Page {
  /** Plain text. */
  readonly title: string;
  /** HTML. */
  readonly body: string;
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
}

const lines = (text: string): string => text.replace(/\r\n?/g, "\n");
const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Allows exactly these styles and scripts and no network, so that a text that escaped escaping can do nothing. */
function policyOf(style: string, scripts: readonly string[]): string {
  const allowed = scripts.length === 0 ? "'none'" : scripts.map(hashOf).join(" ");
  return `default-src 'none'; style-src ${hashOf(style)}; script-src ${allowed}; base-uri 'none'; form-action 'none'`;
}

/** One HTML file that needs nothing else. */
export function pageHtml({ title, body, styles, scripts }: Page): string {
  const style = lines(styles.join("\n"));
  const safe = scripts.map((script) => lines(scriptText(script)));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policyOf(style, safe)}">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${body}
</main>
${safe.map((script) => `<script>${script}</script>`).join("\n")}
</body>
</html>
`;
}
