const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text escaped for use between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? "").replace(/[^\P{Cc}\n\t]/gu, "\ufffd");
}

/** JSON escaped for a script element: nothing in it can end the element, open a comment or break a line. */
export function jsonIsland(document: unknown): string {
  const hex = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(document).replace(/[<>&\u2028\u2029]/g, hex);
}

/** Script text of a library, escaped so that it cannot end its element. */
export function scriptText(text: string): string {
  return text.replace(/<\/(script)/gi, "<\\/$1").replace(/<!--/g, "<\\!--");
}
