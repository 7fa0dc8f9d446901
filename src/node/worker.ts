import { workerData } from "node:worker_threads";
import { Sr25519Verifier } from "../admit/sr25519.ts";
import type { Config } from "../config/schema.ts";
import { serveTasks } from "../verify/serve.ts";
import { lanesOf } from "./lanes.ts";
import { makeTaskRunner } from "./tasks.ts";

// The entry of a pool worker: the configuration crosses as plain data, everything else is made here.
serveTasks(makeTaskRunner(lanesOf(workerData as Config), new Sr25519Verifier()));
