import { createServer } from "node:net";

// Holds a unix socket until it is killed.
const [path] = process.argv.slice(2);
createServer().listen(path, () => process.send?.("listening"));
