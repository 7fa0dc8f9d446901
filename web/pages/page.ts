import type { ComponentChild } from "preact";
import type { Query } from "../read/place.ts";

export interface PageProps {
  /** What follows the path: ["5F..."] of `#/miner/5F...`. */
  readonly rest: readonly string[];
  readonly query: Query;
}

export interface Page {
  /** The first part of the address: "miners" of `#/miners`. The overview has "". */
  readonly path: string;
  readonly title: string;
  /** For operators only: hidden from the menu, and asks for a log-in, until one is logged in. */
  readonly operator: boolean;
  /** Not in the menu: the page of one thing, reached by links. */
  readonly isDetail?: boolean;
  readonly view: (props: PageProps) => ComponentChild;
}
