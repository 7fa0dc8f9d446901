const characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Base64url without padding. */
export function base64urlOf(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const bits = (a << 16) | (b << 8) | c;
    for (const shift of [18, 12, 6, 0]) text += characters.charAt((bits >> shift) & 63);
  }
  return text.slice(0, Math.ceil((bytes.length * 4) / 3));
}

/** The bytes of base64url in its one spelling: no padding, no other characters, no spare bits set. Null for any other text. */
export function bytesOfBase64url(text: string): Uint8Array<ArrayBuffer> | null {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  for (let at = 0, i = 0; at < text.length; at += 4) {
    let bits = 0;
    for (let j = 0; j < 4; j++) {
      const value = at + j < text.length ? characters.indexOf(text.charAt(at + j)) : 0;
      if (value < 0) return null;
      bits = (bits << 6) | value;
    }
    for (const shift of [16, 8, 0]) if (i < bytes.length) bytes[i++] = (bits >> shift) & 255;
  }
  return base64urlOf(bytes) === text ? bytes : null;
}
