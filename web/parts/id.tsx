import { useSignal } from "@preact/signals";
import { shortId } from "../read/format.ts";
import { linkTo } from "../read/place.ts";

/** How long a button says that it copied. */
const saidMs = 1500;

/** Without the clipboard of a secure context: a field that is selected and copied. */
function copyByField(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "offscreen";
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  return isCopied;
}

/** Two sheets: fonts do not all have a character for it. */
function CopySign() {
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" fill="none" stroke="currentColor" aria-hidden="true">
      <rect x="3.5" y="3.5" width="7" height="8" rx="1" />
      <path d="M1.5 8.5v-7a1 1 0 0 1 1-1h6" />
    </svg>
  );
}

export function CopyButton({ text, of }: { text: string; of: string }) {
  const said = useSignal("");
  const copy = async () => {
    const isCopied = await (navigator.clipboard?.writeText(text).then(
      () => true,
      () => copyByField(text),
    ) ?? copyByField(text));
    said.value = isCopied ? "copied" : "not copied";
    setTimeout(() => {
      said.value = "";
    }, saidMs);
  };
  return (
    <button type="button" class="copy" aria-label={`Copy ${of}`} title={`Copy ${of}`} onClick={copy}>
      {said.value === "" ? (
        <CopySign />
      ) : (
        <span aria-hidden="true">{said.value === "copied" ? "✓" : "✗"}</span>
      )}
      <span class="offscreen" role="status">
        {said.value}
      </span>
    </button>
  );
}

/** A long id by its ends, whole on hover and when copied. */
export function Id({
  id,
  of = "id",
  href,
  whole = false,
}: {
  id: string;
  of?: string;
  href?: string;
  whole?: boolean;
}) {
  const text = (
    <code class={whole ? "id whole" : "id"} title={id}>
      {whole ? id : shortId(id)}
    </code>
  );
  return (
    <span class="id-with-copy">
      {href === undefined ? text : <a href={href}>{text}</a>}
      <CopyButton text={id} of={of} />
    </span>
  );
}

/** A miner's hotkey, linked to its page. */
export function Hotkey({ hotkey, whole = false }: { hotkey: string; whole?: boolean }) {
  return <Id id={hotkey} of="hotkey" href={linkTo(["miner", hotkey])} whole={whole} />;
}
