import type { TargetedSubmitEvent } from "preact";
import { linkTo } from "../read/place.ts";

/** Asks for a hotkey, and goes to its page. */
export function MinerForm() {
  const go = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const hotkey = String(new FormData(event.currentTarget).get("hotkey") ?? "").trim();
    if (hotkey !== "") location.hash = linkTo(["miner", hotkey]);
  };
  return (
    <form class="panel log-in" onSubmit={go}>
      <label>
        Hotkey of the miner
        <input
          name="hotkey"
          required
          pattern="[1-9A-HJ-NP-Za-km-z]{46,50}"
          placeholder="5…"
          autocomplete="off"
        />
      </label>
      <button type="submit" class="main">
        Show
      </button>
    </form>
  );
}
