import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type WebSocket, WebSocketServer } from "ws";
import { startFleet } from "./fleet.ts";
import type { MinerFleet } from "./streamMiners.ts";

/** The same frames to the same miners with nothing behind them: an answer is parsed, and the next job goes out. */
export async function measureFloor(
  plan: Omit<MinerFleet, "url" | "validator"> & { readonly inFlight: number; readonly seconds: number },
): Promise<number> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  let answered = 0;
  const send = (socket: WebSocket): void => {
    const job = randomBytes(16).toString("hex");
    const x = randomBytes(31).toString("hex");
    socket.send(
      `{"type":"job","id":1,"job_id":"jb_${job}","lane":"groth16","kind":"hash-chain","input":{"x":"${x}"},"deadline_ms":180000}`,
    );
  };
  server.on("connection", (socket) => {
    socket.on("message", (data) => {
      const frame = JSON.parse(String(data)) as { type: string };
      if (frame.type === "answer") answered++;
      const jobs = frame.type === "hello" ? Math.floor(plan.inFlight / plan.miners) : 1;
      for (let i = 0; i < jobs; i++) send(socket);
    });
  });
  const fleet = await startFleet({ ...plan, url: `http://127.0.0.1:${port}`, validator: "floor" });
  try {
    await sleep(3000);
    const [before, startedAt] = [answered, performance.now()];
    await sleep(plan.seconds * 1000);
    return ((answered - before) * 1000) / (performance.now() - startedAt);
  } finally {
    await fleet.stop();
    for (const socket of server.clients) socket.terminate();
    server.close();
  }
}
