import type { NodeRecord } from "../../flow/nodes.ts";
import { flag, integer, type Row, real, text, textOrNull, unreadable } from "./rows.ts";

/** How long a node that is gone is listed. */
export const NODE_KEPT_MS = 86_400_000;

function rolesOf(row: Row): string[] {
  const roles = text(row, "roles");
  return roles === "" ? [] : roles.split(",");
}

/** Roles as they are stored. Throws RangeError on one that could not be read again. */
export function rolesText(roles: readonly string[]): string {
  if (roles.some((role) => !/^[a-z]+$/.test(role))) throw new RangeError(`roles ${roles.join(" ")}`);
  return roles.join(",");
}

/** `now`: by the store's clock. */
export function nodeOf(row: Row, now: number): NodeRecord {
  const url = textOrNull(row, "url");
  const until = real(row, "until");
  const token = integer(row, "token");
  if (token < 1) throw unreadable("token", "a token");
  return {
    ...{ token, name: text(row, "name"), roles: rolesOf(row), version: text(row, "version") },
    ...(url === null ? {} : { url }),
    ...{ alive: until > now, cordoned: flag(row, "cordoned"), draining: flag(row, "draining") },
    ...{ joinedAt: real(row, "joined_at"), until },
  };
}
