import { useSignal } from "@preact/signals";
import type { TargetedSubmitEvent } from "preact";
import { logIn } from "../live/session.ts";
import { type Problem, problemFrom } from "../read/problem.ts";
import { ProblemNote } from "./state.tsx";

/** Asks for the operator's token. It is sent once and kept nowhere: the session is a cookie that scripts cannot read. */
export function LogIn({ onDone }: { onDone?: () => void }) {
  const problem = useSignal<Problem | null>(null);
  const isBusy = useSignal(false);
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const token = String(new FormData(form).get("token") ?? "").trim();
    isBusy.value = true;
    problem.value = null;
    try {
      await logIn(token);
      form.reset();
      onDone?.();
    } catch (error) {
      problem.value = problemFrom(error);
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <form class="log-in panel" onSubmit={submit}>
      <h2>Operator log-in</h2>
      <p class="dim">
        The token is in <code>keys/admin.token</code> of the data directory, or in the file that{" "}
        <code>admin.token_file</code> names.
      </p>
      <label>
        Operator's token
        <input type="password" name="token" autocomplete="current-password" required />
      </label>
      <button type="submit" class="main" disabled={isBusy.value}>
        Log in
      </button>
      {problem.value === null ? null : <ProblemNote problem={problem.value} />}
    </form>
  );
}
