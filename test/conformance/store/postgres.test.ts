import type { Store } from "../../../src/flow/store.ts";
import { openStore, testDatabases } from "../../support/store/postgresDatabases.ts";
import { sharedCases } from "./sharedCases.ts";
import { sharedNodeCases } from "./sharedNodeCases.ts";
import { storeConformance } from "./suite.ts";

const databases = testDatabases();
const open = async (dir: string): Promise<Store> => openStore(await (await databases.get()).of(dir));

storeConformance("PostgreSQL", open);
sharedCases("PostgreSQL", open);
sharedNodeCases("PostgreSQL", open);
