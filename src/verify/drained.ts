/** Resolves when the registered `done` is called, or after `deadlineMs`, whichever comes first. */
export async function drained(deadlineMs: number, register: (done: () => void) => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  register(resolve);
  const timer = setTimeout(resolve, deadlineMs);
  await promise;
  clearTimeout(timer);
}
