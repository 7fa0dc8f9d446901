import type { PalletRow } from "../tableRows.ts";
import { drandPallet, systemPallet, timestampPallet } from "./frameworkPallets.ts";
import { subtensorPallet } from "./subtensorPallet.ts";

/** The part of the chain's pallets that the double has. */
export const pallets: readonly PalletRow[] = [systemPallet, timestampPallet, subtensorPallet, drandPallet];
