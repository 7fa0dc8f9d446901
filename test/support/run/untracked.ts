import asyncHooks from "node:async_hooks";

// The test runner follows every promise, to say which test an error that nobody caught belongs to: up to half of the time of a
// simulation, a tenth of other tests. Loaded before the runner, this leaves it out: such an error then fails the file.
const noHook: asyncHooks.AsyncHook = { enable: () => noHook, disable: () => noHook };
asyncHooks.createHook = () => noHook;
