import asyncHooks from "node:async_hooks";

/** Simulations that make millions of promises. */
const simulated = /\/test\/(sim|fault\/(nodes|simulated))\/.*\.test\.ts$/;

// The test runner follows every promise, to say which test an error that nobody caught belongs to: up to half of the time of a simulation.
// Loaded before the runner, this leaves it out for them: such an error then fails the file.
if (simulated.test(process.argv[1] ?? "")) {
  const noHook: asyncHooks.AsyncHook = { enable: () => noHook, disable: () => noHook };
  asyncHooks.createHook = () => noHook;
}
