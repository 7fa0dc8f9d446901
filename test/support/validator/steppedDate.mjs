import { readFileSync, watchFile } from "node:fs";

// Loaded into a validator before anything else: its wall clock is off by what a file says, in ms, as soon as the file changes.

const file = process.env.TEST_CLOCK_FILE ?? "";
const real = Date.now;
let offsetMs = 0;
const read = () => {
  offsetMs = Number(readFileSync(file, "utf8"));
};
read();
Date.now = () => real() + offsetMs;
watchFile(file, { interval: 20, persistent: false }, read);
