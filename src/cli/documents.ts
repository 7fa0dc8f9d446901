import type { Readiness as HttpReadiness, Status } from "../http/handlers.ts";

// The documents that commands read from a running validator.
export type StatusDocument = Status;
export type Readiness = HttpReadiness;
