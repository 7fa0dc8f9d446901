import { accessSync, constants } from "node:fs";
import { tmpdir } from "node:os";

const memory = "/dev/shm";

/** A folder for folders that are soon deleted: in memory where there is one, since what a real disk keeps is modelled here. */
export function scratch(): string {
  try {
    accessSync(memory, constants.W_OK);
    return memory;
  } catch {
    return tmpdir();
  }
}
