import { describe } from "node:test";
import { admitCases } from "./admitCases.ts";
import { boundCases } from "./boundCases.ts";
import { changeCases } from "./changeCases.ts";
import { claimCases } from "./claimCases.ts";
import { concurrencyCases } from "./concurrencyCases.ts";
import { decideCases } from "./decideCases.ts";
import { epochCases } from "./epochCases.ts";
import type { OpenStore } from "./fixtures.ts";
import { historyCases } from "./historyCases.ts";
import { jobCases } from "./jobCases.ts";
import { leaseCases } from "./leaseCases.ts";
import { modelCases } from "./modelCases.ts";
import { nodeCases } from "./nodeCases.ts";
import { planCases } from "./planCases.ts";
import { sessionCases } from "./sessionCases.ts";
import { spendCases } from "./spendCases.ts";
import { standingCases } from "./standingCases.ts";
import { streamCases } from "./streamCases.ts";
import { termCases } from "./termCases.ts";
import { textCases } from "./textCases.ts";
import { weightCases } from "./weightCases.ts";

/** What every adapter of `Store` keeps. `open` opens the store of a directory, or makes it; twice is a restart. */
export function storeConformance(name: string, open: OpenStore): void {
  describe(`${name} keeps the contract of the store`, { concurrency: 4 }, () => {
    describe("admit", () => admitCases(open));
    describe("decide", () => decideCases(open));
    describe("epochs and pages", () => epochCases(open));
    describe("terms of epochs", () => termCases(open));
    describe("standing", () => standingCases(open));
    describe("vectors, notes, retention", () => weightCases(open));
    describe("plans of weights", () => planCases(open));
    describe("history", () => historyCases(open));
    describe("published texts", () => textCases(open));
    describe("jobs", () => jobCases(open));
    describe("bounds", () => boundCases(open));
    describe("nodes", () => nodeCases(open));
    describe("leases", () => leaseCases(open));
    describe("claims", () => claimCases(open));
    describe("sessions", () => sessionCases(open));
    describe("streams", () => streamCases(open));
    describe("spends", () => spendCases(open));
    describe("changes of standing", () => changeCases(open));
    describe("concurrency", () => concurrencyCases(open));
    describe("model", () => modelCases(open));
  });
}
