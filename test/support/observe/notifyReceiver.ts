import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** What stands in for systemd: the messages that a process sends it. */
export interface NotifyReceiver {
  /** For the process. */
  readonly env: NodeJS.ProcessEnv;
  /** Variables in the order in which they came. */
  messages(): readonly string[];
  close(): void;
}

const has = (program: string): boolean => spawnSync(program, ["--version"]).status === 0;

/** A datagram socket, which Node cannot make: prints a line per message. */
const listener = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("bound", flush=True)
while True:
    for line in s.recv(4096).decode().splitlines():
        if not line.startswith("BARRIER"): print(line, flush=True)
`;

async function realReceiver(dir: string): Promise<NotifyReceiver> {
  const socket = join(dir, "notify.sock");
  const child = spawn("python3", ["-c", listener, socket], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(child.stdout, "data");
  return {
    env: { NOTIFY_SOCKET: socket },
    messages: () => text.split("\n").slice(1, -1),
    close: () => child.kill("SIGKILL"),
  };
}

/** A `systemd-notify` of its own on the path, which writes what it is asked to send to a file. */
function standIn(dir: string): NotifyReceiver {
  const [bin, file] = [join(dir, "bin"), join(dir, "notify.txt")];
  mkdirSync(bin, { recursive: true });
  const program = join(bin, "systemd-notify");
  writeFileSync(program, `#!/bin/sh\nprintf '%s\\n' "$@" >> "$NOTIFY_SOCKET"\n`);
  chmodSync(program, 0o755);
  return {
    env: { NOTIFY_SOCKET: file, PATH: [bin, process.env.PATH].join(delimiter) },
    messages: () => (existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : []),
    close: () => undefined,
  };
}

/** systemd's own program and a socket where this machine has them and Python, else a stand-in for the program: the same messages. */
export function notifyReceiver(dir: string): Promise<NotifyReceiver> | NotifyReceiver {
  return has("systemd-notify") && has("python3") ? realReceiver(dir) : standIn(dir);
}
