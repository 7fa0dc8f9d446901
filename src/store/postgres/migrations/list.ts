import { initial } from "./0001-initial.ts";
import { shared } from "./0002-shared.ts";
import { history } from "./0003-history.ts";
import { alerts } from "./0004-alerts.ts";
import { reasons } from "./0005-reasons.ts";

/** The steps from an empty database to the schema that this code reads and writes. A step that was released is never changed. */
export const migrations: readonly string[] = [initial, shared, history, alerts, reasons];
