import { openControl } from "./control/control.ts";
import type { ControlRequest } from "./control/messages.ts";
import { ChainDouble } from "./double.ts";
import { readOptions } from "./readOptions.ts";

const double = await ChainDouble.start(readOptions(process.argv.slice(2)));
const control = openControl(double);

async function answer({ id, command }: ControlRequest): Promise<void> {
  try {
    process.send?.({ id, result: (await control(command)) ?? null });
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? error.message : String(error) });
  }
}

process.on("message", (request: ControlRequest) => void answer(request));
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));

const urls = double.endpoints.map(({ url }) => url);
process.send?.({ id: 0, result: urls });
console.log(JSON.stringify({ urls }));
