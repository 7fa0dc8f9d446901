import { roles as names, rolesSql as sqlOfRoles } from "../store/postgres/roles.ts";

/** The roles that an operator gives to processes, by what they are for. */
export const roles: Readonly<Record<string, string>> = names;

export const rolesSql = (): string => sqlOfRoles();
