const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it may stand between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? "").replace(/[^\P{Cc}\n\t]/gu, "\ufffd");
}

/** JSON that may stand in a script element: nothing in it can end the element, open a comment or break a line. */
export function jsonIsland(document: unknown): string {
  const hex = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(document).replace(/[<>&\u2028\u2029]/g, hex);
}

/** Script text from a library, such that nothing in it ends its element. */
export function scriptText(text: string): string {
  return text.replace(/<\/(script)/gi, "<\\/$1").replace(/<!--/g, "<\\!--");
}
