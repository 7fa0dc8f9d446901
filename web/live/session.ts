import { signal } from "@preact/signals";
import { read, send } from "../read/api.ts";
import { resource } from "../read/resources.ts";
import { forgetReadings } from "./reading.ts";

/** Whether an operator is logged in; null until it is known. */
export const operator = signal<boolean | null>(null);

/** Set while a log-in may be in force, so that other visitors' pages do not ask. The session itself is a cookie that no script can read. */
const hint = "assay.session";

const session = "v1/admin/session";
const prefix = (): string => new URL(".", document.baseURI).pathname;

/** At the start of the page: whether the session of an earlier visit still holds. */
export async function recallSession(): Promise<void> {
  if (localStorage.getItem(hint) === null) {
    operator.value = false;
    return;
  }
  try {
    await read(resource(session));
    operator.value = true;
  } catch {
    operator.value = false;
  }
}

/** Throws `ApiProblem` where the token is refused. */
export async function logIn(token: string): Promise<void> {
  await send("POST", `${session}?path=${encodeURIComponent(prefix())}`, undefined, {
    authorization: `Bearer ${token}`,
  });
  localStorage.setItem(hint, "1");
  forgetReadings();
  operator.value = true;
}

/** Ends the session; also where the validator no longer knows it. */
export async function logOut(): Promise<void> {
  localStorage.removeItem(hint);
  forgetReadings();
  operator.value = false;
  await send("DELETE", `${session}?path=${encodeURIComponent(prefix())}`).catch(() => null);
}

/** When a route of the operator refuses the session, it has ended. */
export function sessionEnded(): void {
  localStorage.removeItem(hint);
  operator.value = false;
}
