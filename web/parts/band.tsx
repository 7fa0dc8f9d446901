import { percent } from "../read/format.ts";
import { Badge } from "./badge.tsx";

interface BandProps {
  readonly label: string;
  /** All are shares of 1. */
  readonly design: number;
  readonly realised: number | null;
  readonly low: number;
  readonly high: number;
}

/** A realised rate against its design and the band that chance allows. */
export function Band({ label, design, realised, low, high }: BandProps) {
  const isInside = realised !== null && realised >= low && realised <= high;
  const width = Math.max(high - low, 1e-9);
  const from = Math.max(0, Math.min(low, realised ?? low) - width * 0.5);
  const to = Math.min(1, Math.max(high, realised ?? high) + width * 0.5);
  const at = (share: number): string => `${((share - from) / Math.max(to - from, 1e-9)) * 100}%`;
  const words =
    realised === null
      ? "nothing drawn yet"
      : `realised ${percent(realised)}, design ${percent(design)}, chance allows ${percent(low)} to ${percent(high)}`;
  return (
    <div class="band">
      <span class="band-label">{label}</span>
      <span class="band-track" role="img" aria-label={words} title={words}>
        <span class="band-range" style={{ left: at(low), width: `calc(${at(high)} - ${at(low)})` }} />
        <span class="band-design" style={{ left: at(design) }} />
        {realised === null ? null : (
          <span class={`band-mark ${isInside ? "good" : "bad"}`} style={{ left: at(realised) }} />
        )}
      </span>
      <span class="band-text">
        {realised === null ? (
          <Badge tone="quiet">no draws</Badge>
        ) : (
          <Badge tone={isInside ? "good" : "bad"}>
            {percent(realised)} of {percent(design)}
          </Badge>
        )}
      </span>
    </div>
  );
}
