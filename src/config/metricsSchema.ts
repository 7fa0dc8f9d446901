import { z } from "zod";

const address = z.strictObject({
  host: z.string().min(1).max(255).default("127.0.0.1"),
  port: z.int().min(0).max(65_535).default(9420).describe("0 picks a free port; the log says which"),
});

const socket = z.strictObject({
  socket: z.string().min(1).describe("Path of a unix socket, made with mode 0600"),
});

const fault = "must be {host, port}, {socket: path} or off";

/** Where Prometheus reads. */
export const metricsSchema = z
  .union([address, socket, z.literal("off")], { error: fault })
  .prefault({})
  .describe("Where Prometheus reads metrics; not for miners: {host, port}, {socket: path} or off");

/** A key whose value has one of several forms, each with keys of its own. */
export interface FormChoice {
  readonly path: readonly string[];
  readonly forms: readonly (readonly string[])[];
  /** The fault of a value that has none of these forms. */
  readonly fault: string;
}

export const metricsChoice: FormChoice = {
  path: ["observe", "metrics"],
  forms: [Object.keys(address.shape), Object.keys(socket.shape)],
  fault,
};
