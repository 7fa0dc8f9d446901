/** Hex with 0x. */
export const toHex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString("hex")}`;

/** The bytes of hex with 0x. */
export const fromHex = (hex: string): Uint8Array => Buffer.from(hex.replace(/^0x/, ""), "hex");
