import { type CallArguments, type Dispatch, ensure } from "./dispatch.ts";
import type { State } from "./state.ts";
import { uidOf } from "./weights/subnet.ts";

const pallet = "SubtensorModule";

const localhost: Readonly<Record<number, bigint>> = { 4: 0x7f000001n, 6: 1n };
const broadcast: Readonly<Record<number, bigint>> = { 4: 2n ** 32n - 1n, 6: 2n ** 128n - 1n };

function isAddress(type: number, ip: bigint): boolean {
  const isTooBig = type === 4 && ip >= 2n ** 32n - 1n;
  return !isTooBig && ip !== localhost[type] && ip !== broadcast[type];
}

/** Whether a hotkey may publish an address now. Throws the pallet's error where it may not. */
export function checkAxon(state: State, block: number, signer: string, args: CallArguments): void {
  const netuid = args.number("netuid");
  ensure(uidOf(state, netuid, signer) !== null, "HotKeyNotRegisteredInNetwork");
  const type = args.number("ip_type");
  ensure(type === 4 || type === 6, "InvalidIpType");
  ensure(isAddress(type, args.big("ip")), "InvalidIpAddress");
  const last = state.get(pallet, "Axons", netuid, signer) as { block: bigint } | undefined;
  const limit = state.number(pallet, "ServingRateLimit", netuid);
  const served = Number(last?.block ?? 0);
  ensure(limit === 0 || served === 0 || block - served >= limit, "ServingRateLimitExceeded");
  ensure(args.number("port") > 0, "InvalidPort");
}

/** `serve_axon`. */
export function serveAxon({ state, block, signer, emit }: Dispatch, args: CallArguments): void {
  const netuid = args.number("netuid");
  ensure(state.get(pallet, "NetworksAdded", netuid) === true, "SubnetNotExists");
  checkAxon(state, block, signer, args);
  state.put(pallet, "Axons", [netuid, signer], {
    ...{ block, version: args.number("version"), ip: args.big("ip"), port: args.number("port") },
    ...{ ip_type: args.number("ip_type"), protocol: args.number("protocol") },
    ...{ placeholder1: args.number("placeholder1"), placeholder2: args.number("placeholder2") },
  });
  emit({ pallet, name: "AxonServed", value: [netuid, signer] });
}
