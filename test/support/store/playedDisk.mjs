import { readFileSync } from "node:fs";
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

// Loaded into a validator before anything else: its disk has as many free bytes as a file says.

const file = process.env.TEST_DISK_FILE ?? "";
fs.statfs = async () => ({ bavail: Number(readFileSync(file, "utf8")), bsize: 1 });
syncBuiltinESMExports();
