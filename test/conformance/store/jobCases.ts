import { describe } from "node:test";
import { customerCases } from "./customerCases.ts";
import type { OpenStore } from "./fixtures.ts";
import { jobModelCases } from "./jobModelCases.ts";
import { jobShareCases } from "./jobShareCases.ts";
import { sampleCases } from "./sampleCases.ts";
import { workCases } from "./workCases.ts";

/** What is handed out: draws and ends of sampled jobs, delivered work, customer jobs. */
export function jobCases(open: OpenStore): void {
  describe("samples", () => sampleCases(open));
  describe("work", () => workCases(open));
  describe("customer jobs", () => customerCases(open));
  describe("shared out", () => jobShareCases(open));
  describe("model", () => jobModelCases(open));
}
