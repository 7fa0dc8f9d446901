import { describe } from "node:test";
import { admitCases } from "./store/admitCases.ts";
import { concurrencyCases } from "./store/concurrencyCases.ts";
import { decideCases } from "./store/decideCases.ts";
import { epochCases } from "./store/epochCases.ts";
import type { OpenStore } from "./store/fixtures.ts";
import { jobCases } from "./store/jobCases.ts";
import { modelCases } from "./store/modelCases.ts";
import { standingCases } from "./store/standingCases.ts";
import { weightCases } from "./store/weightCases.ts";

/** What every adapter of `Store` keeps. `open` opens the store of a directory, or makes it; twice is a restart. */
export function storeConformance(name: string, open: OpenStore): void {
  describe(`${name} keeps the contract of the store`, { concurrency: 4 }, () => {
    describe("admit", () => admitCases(open));
    describe("decide", () => decideCases(open));
    describe("epochs and pages", () => epochCases(open));
    describe("standing", () => standingCases(open));
    describe("vectors, notes, retention", () => weightCases(open));
    describe("jobs", () => jobCases(open));
    describe("concurrency", () => concurrencyCases(open));
    describe("model", () => modelCases(open));
  });
}
