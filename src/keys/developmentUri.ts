/** Whether a key is named by a URI, a derivation from the development phrase, such as `//Alice`: no path is ever meant by `//`. */
export function isDevelopmentUri(text: string): boolean {
  return text.startsWith("//");
}

/** The URI as it may be shown: a password stays hidden. */
export function shownUri(uri: string): string {
  const at = uri.indexOf("///");
  return at < 0 ? uri : `${uri.slice(0, at)}///...`;
}
