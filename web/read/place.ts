/** Where the page is: `#/miners/5F...?sort=weight-desc` has the path "miners", the rest ["5F..."] and the query. */
export interface Place {
  readonly path: string;
  readonly rest: readonly string[];
  readonly query: Query;
}

export type Query = Readonly<Record<string, string>>;

/** What a link changes of a query; null removes. */
export type QueryChange = Readonly<Record<string, string | number | null>>;

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

export function placeOf(hash: string): Place {
  const [route = "", search = ""] = hash.replace(/^#?\/?/, "").split("?", 2);
  const [path = "", ...rest] = route.split("/").map(decoded);
  return {
    path,
    rest: rest.filter((part) => part !== ""),
    query: Object.fromEntries(new URLSearchParams(search)),
  };
}

export function changedQuery(query: Query, change: QueryChange): Query {
  const merged: Record<string, string | number | null> = { ...query, ...change };
  const kept = Object.entries(merged).filter(([, value]) => value !== null && value !== "");
  return Object.fromEntries(kept.map(([key, value]) => [key, String(value)]));
}

/** The hash of a place: `linkTo("miners", { standing: "suspended" })`, `linkTo(["miner", hotkey])`. */
export function linkTo(path: string | readonly string[], query: QueryChange = {}): string {
  const parts = typeof path === "string" ? [path] : path;
  const search = new URLSearchParams(changedQuery({}, query)).toString();
  return `#/${parts.map(encodeURIComponent).join("/")}${search === "" ? "" : `?${search}`}`;
}
