import { describe } from "node:test";
import { admitCases } from "./admitCases.ts";
import { boundCases } from "./boundCases.ts";
import { concurrencyCases } from "./concurrencyCases.ts";
import { decideCases } from "./decideCases.ts";
import { epochCases } from "./epochCases.ts";
import type { OpenStore } from "./fixtures.ts";
import { jobCases } from "./jobCases.ts";
import { modelCases } from "./modelCases.ts";
import { planCases } from "./planCases.ts";
import { standingCases } from "./standingCases.ts";
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
    describe("published texts", () => textCases(open));
    describe("jobs", () => jobCases(open));
    describe("bounds", () => boundCases(open));
    describe("concurrency", () => concurrencyCases(open));
    describe("model", () => modelCases(open));
  });
}
