/**
 * `node:http` without its ES module: that one reads all that the module exports, and so loads Node's own HTTP client, which takes some
 * 60 ms of processor time at every start.
 */
export const http = process.getBuiltinModule("node:http");
