import type { SignedVector as FlowVector } from "../flow/weights.ts";
import type { Readiness as HttpReadiness, Status } from "../http/handlers.ts";

// The documents that commands read from a running validator.
export type StatusDocument = Status;
export type Readiness = HttpReadiness;
export type SignedVector = FlowVector;
