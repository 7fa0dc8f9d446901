/** What a process does; every process also answers for its own health. */
export const roles = ["api", "verify", "dispatch", "weigh"] as const;

export type Role = (typeof roles)[number];

export type Roles = ReadonlySet<Role>;

export const allRoles: Roles = new Set(roles);

/** Of `api,verify`; a word that is no role is returned as it is. */
export function parseRoles(text: string): { readonly roles: Roles } | { readonly wrong: string } {
  const words = text.split(",").map((word) => word.trim());
  const wrong = words.find((word) => !roles.some((role) => role === word));
  return wrong === undefined ? { roles: new Set(words as Role[]) } : { wrong };
}
