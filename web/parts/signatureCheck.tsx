import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { browserSubtle } from "../audit/ed25519.ts";
import type { SignatureCheck as Check } from "../audit/receipt.ts";
import { read } from "../read/api.ts";
import { keys } from "../read/resources.ts";
import { Badge } from "./badge.tsx";
import { Id } from "./id.tsx";

/** The code that checks is loaded with the first document. */
async function checked(document: { readonly signature: string }): Promise<Check> {
  const { checkSignature } = await import("../audit/receipt.ts");
  return checkSignature(browserSubtle(), await read(keys), document);
}

/** Holds the signature of a document against the keys that the validator publishes. */
export function SignatureCheck({ document }: { document: { readonly signature: string } }) {
  const check = useSignal<Check | null>(null);
  useEffect(() => {
    check.value = null;
    let isOver = false;
    checked(document)
      .catch((error: unknown): Check => ({ kind: "unchecked", why: String(error) }))
      .then((found) => {
        if (!isOver) check.value = found;
      });
    return () => {
      isOver = true;
    };
  }, [document]);
  const found = check.value;
  if (found === null) return <span class="dim">being checked</span>;
  if (found.kind === "unchecked")
    return (
      <span data-signature={found.kind}>
        <Badge tone="quiet">not checked</Badge> {found.why}
      </span>
    );
  if (found.kind === "forged")
    return (
      <span data-signature={found.kind}>
        <Badge tone="bad">not signed</Badge> No key of this validator signed this document as it stands: it
        was changed, or it is another validator's.
      </span>
    );
  return (
    <span data-signature={found.kind}>
      <Badge tone="good">signed</Badge> by key <Id id={found.keyId} of="key id" />, over the whole document
    </span>
  );
}
