import { main } from "../../../src/cli/main.ts";

// Runs many command lines in one process: argument 2 is a JSON array of argument lists, stdout an array of outcomes.

async function outcomeOf(args: readonly string[]): Promise<object> {
  const written = { stdout: "", stderr: "" };
  const real = { stdout: process.stdout.write, stderr: process.stderr.write };
  for (const name of ["stdout", "stderr"] as const)
    process[name].write = (chunk: Uint8Array | string) => {
      written[name] += chunk.toString();
      return true;
    };
  process.exitCode = 0;
  try {
    await main([process.execPath, "assay", ...args]);
    return { code: process.exitCode, ...written };
  } finally {
    process.exitCode = 0;
    process.stdout.write = real.stdout;
    process.stderr.write = real.stderr;
  }
}

const outcomes: object[] = [];
for (const args of JSON.parse(process.argv[2] ?? "[]") as string[][]) outcomes.push(await outcomeOf(args));
process.stdout.write(JSON.stringify(outcomes));
