import { signal } from "@preact/signals";
import { changedQuery, linkTo, type Place, placeOf, type QueryChange } from "../read/place.ts";

/** Where the page is, from the hash of its address. */
export const place = signal<Place>({ path: "", rest: [], query: {} });

/** A link to an element of the page, such as the skip link: the place stays, and the element has the focus. */
function jump(id: string): void {
  history.replaceState(null, "", linkHere({}));
  document.getElementById(id)?.focus();
}

export function startRouter(): void {
  const read = () => {
    if (location.hash === "" || location.hash.startsWith("#/")) place.value = placeOf(location.hash);
    else jump(location.hash.slice(1));
  };
  addEventListener("hashchange", read);
  read();
}

/** The present place with a changed query. */
export function linkHere(change: QueryChange): string {
  const { path, rest, query } = place.peek();
  return linkTo([path, ...rest], changedQuery(query, change));
}

/** Changes the query of the present place. What is typed replaces the entry of the history; what is chosen adds one. */
export function setQuery(change: QueryChange, kind: "add" | "replace" = "replace"): void {
  const hash = linkHere(change);
  if (kind === "add") {
    location.hash = hash;
    return;
  }
  history.replaceState(null, "", hash);
  place.value = placeOf(hash);
}
