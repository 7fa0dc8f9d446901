import { resolve } from "node:path";

/** Where the metadata of a real runtime may stand; it is no part of the repository. */
export const realMetadataFile =
  process.env.ASSAY_SUBTENSOR_METADATA ??
  resolve(import.meta.dirname, "../../../../shared/vectors/subtensor-metadata-424.scale");
