import { z } from "zod";
import type { NodeApi } from "../connect/nodeApi.ts";
import type { BlockRef } from "../node.ts";
import { addressOf } from "./axon.ts";
import { big, integer, stored } from "./entry.ts";
import type { Subnet } from "./subnet.ts";

const axon = z.object({ ip: big, port: integer, ip_type: integer }).nullish();

/** The address that a hotkey has published; null for none. */
export async function readAxon(
  api: NodeApi,
  at: BlockRef,
  { netuid }: Subnet,
  hotkey: string,
): Promise<{ readonly ip: string; readonly port: number } | null> {
  const read = await stored(api, at.hash, ["SubtensorModule", "Axons"], [netuid, hotkey], axon);
  const ip = read === null || read === undefined ? null : addressOf(read);
  return ip === null ? null : { ip, port: read?.port ?? 0 };
}
