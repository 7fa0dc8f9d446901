import { existsSync } from "node:fs";
import { test } from "node:test";
import type { ChainDoubleOptions } from "../../support/chain/options.ts";
import { realMetadataFile } from "../../support/chain/realMetadata.ts";
import { clientCases } from "./clientCases.ts";
import { extrinsicCases } from "./extrinsicCases.ts";
import { nodeCases } from "./nodeCases.ts";
import { weightCases } from "./weightCases.ts";

function cases(title: string, options: Partial<ChainDoubleOptions>): void {
  clientCases(title, options);
  extrinsicCases(title, options);
  weightCases(title, options);
  nodeCases(title, options);
}

cases("own metadata", {});

if (existsSync(realMetadataFile)) {
  cases("real metadata", { metadata: realMetadataFile });
} else {
  test("the cases on real metadata did not run", (context) => {
    context.diagnostic(
      `no file ${realMetadataFile}: set ASSAY_SUBTENSOR_METADATA to the metadata of a runtime`,
    );
  });
}
