import { workerData } from "node:worker_threads";
import { systemRandom } from "../core/random.ts";
import { SignatureVerifier } from "../epistula/signatureVerifier.ts";
import { pushLanes } from "../flow/lane.ts";
import { serveTasks } from "../pool/serve.ts";
import { type LaneFacts, lanesOf } from "./lanes.ts";
import { makeTaskRunner } from "./tasks.ts";

// The entry of a pool worker: configuration and circuits cross as plain data, everything else is made here.
const lanes = lanesOf(workerData as LaneFacts);
for (const lane of pushLanes(lanes)) await lane.prepare();
serveTasks(makeTaskRunner(lanes, new SignatureVerifier(), (count) => systemRandom.bytes(count)));
