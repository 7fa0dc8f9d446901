import { AssayError } from "../../core/problems/assayError.ts";
import type { Handlers } from "../../http/handlers.ts";
import type { Roles } from "./roles.ts";

/** What miners and customers ask for; everything else any process answers. */
const ofApi = [
  ...["listChallenges", "challengeText", "openSession", "submit", "receipt"],
  ...["putJob", "job", "jobs", "cancelJob"],
] as const satisfies readonly (keyof Handlers)[];

/** The handlers of a process: what belongs to a role that it does not have is refused with `other_role`. */
export function roleHandlers(handlers: Handlers, roles: Roles): Handlers {
  if (roles.has("api")) return handlers;
  const refuse = async (): Promise<never> => {
    throw new AssayError({ code: "other_role", role: "api" });
  };
  return { ...handlers, ...Object.fromEntries(ofApi.map((name) => [name, refuse])) };
}
