import { openStore, testDatabases } from "../../support/store/postgresDatabases.ts";
import { storeConformance } from "./suite.ts";

const databases = testDatabases();

storeConformance("PostgreSQL", async (dir) => openStore(await (await databases.get()).of(dir)));
