/** Starts with a hard junction, which no path does. */
const uriPattern = /^\/\/[^/]+(\/\/?[^/]+)*$/;

/** Whether a key is named by a derivation from the development phrase, such as `//Alice`. */
export function isDevelopmentUri(text: string): boolean {
  return uriPattern.test(text);
}
