import { useSignal } from "@preact/signals";
import type { ComponentChild, TargetedSubmitEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { sessionEnded } from "../live/session.ts";
import { type Problem, problemFrom } from "../read/problem.ts";
import { ProblemNote } from "./state.tsx";

interface ActionProps {
  /** The button, and the title of what asks: "Suspend". */
  readonly name: string;
  /** What will happen, in sentences. */
  readonly effect: ComponentChild;
  readonly isDangerous?: boolean;
  /** More fields of the form, by their `name`. */
  readonly fields?: ComponentChild;
  /** False where the route takes no reason. */
  readonly asksReason?: boolean;
  readonly run: (reason: string, fields: FormData) => Promise<unknown>;
  readonly onDone?: () => void;
}

/** A button of the operator: a dialog says what it will do and asks why, then it is done or refused with the validator's words. */
export function Action({ name, effect, isDangerous, fields, asksReason = true, run, onDone }: ActionProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = useSignal(false);
  const isBusy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  useEffect(() => {
    if (isOpen.value) dialog.current?.showModal();
  }, [isOpen.value]);
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    isBusy.value = true;
    problem.value = null;
    try {
      await run(String(form.get("reason") ?? ""), form);
      isOpen.value = false;
      onDone?.();
    } catch (error) {
      problem.value = problemFrom(error);
      if (problem.value.status === 401) sessionEnded();
    } finally {
      isBusy.value = false;
    }
  };
  const open = () => {
    problem.value = null;
    isOpen.value = true;
  };
  return (
    <>
      <button type="button" class={isDangerous ? "danger" : ""} onClick={open}>
        {name}…
      </button>
      {isOpen.value ? (
        <dialog ref={dialog} class="action" aria-label={name} onClose={() => (isOpen.value = false)}>
          <form onSubmit={submit}>
            <h2>{name}</h2>
            <div class="effect">{effect}</div>
            {fields}
            {asksReason ? (
              <label>
                Reason, kept on record
                <input name="reason" required maxLength={500} autocomplete="off" />
              </label>
            ) : null}
            {problem.value === null ? null : <ProblemNote problem={problem.value} />}
            <div class="buttons">
              <button type="button" onClick={() => dialog.current?.close()}>
                Cancel
              </button>
              <button type="submit" class={isDangerous ? "danger" : "main"} disabled={isBusy.value}>
                {name}
              </button>
            </div>
          </form>
        </dialog>
      ) : null}
    </>
  );
}
