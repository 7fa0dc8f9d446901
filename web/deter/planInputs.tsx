import { type PlanKey, type PlanTexts, planFields } from "../../src/economics/planner/fields.ts";
import { setQuery } from "../live/router.ts";
import { percent } from "../read/format.ts";
import { inputText, planKeys } from "./inputTexts.ts";
import { numberOf, positionOf, type Slider, sliders, valueAt } from "./sliders.ts";

interface InputsProps {
  readonly given: PlanTexts;
  readonly live: PlanTexts;
}

/** Where the value comes from; what was given can be taken back. */
function Source({ of, source, label }: { of: PlanKey; source: string; label: string }) {
  if (source !== "given") return <span class="dim small source">{source}</span>;
  return (
    <button
      type="button"
      class="small source"
      aria-label={`Reset ${label}`}
      onClick={() => setQuery({ [of]: null })}
    >
      reset
    </button>
  );
}

function SliderRow({ slider, given, live }: InputsProps & { slider: Slider }) {
  const { key, label, unit, ofIncome = false } = slider;
  const { text, source } = inputText(key, given, live);
  const income = numberOf(inputText("income_per_day", given, live).text);
  const shown = text === "" && ofIncome ? String(0.005 * income) : text;
  const value = ofIncome ? numberOf(shown) / income : numberOf(shown);
  const words = ofIncome ? `${percent(value, 3)} of a day's income` : `${shown} ${unit}`.trim();
  const move = (position: number): void => {
    const moved = valueAt(slider, position);
    setQuery({ [key]: String(ofIncome ? Number((moved * income).toPrecision(4)) : moved) });
  };
  return (
    <div class="slider">
      <label for={`slide-${key}`}>{label}</label>
      <input
        id={`slide-${key}`}
        type="range"
        min="0"
        max="1"
        step="any"
        value={positionOf(slider, value)}
        aria-valuetext={words}
        onInput={({ currentTarget }) => move(Number(currentTarget.value))}
        onKeyDown={(event) => {
          const step = { ArrowRight: 0.02, ArrowUp: 0.02, ArrowLeft: -0.02, ArrowDown: -0.02 }[event.key];
          if (step === undefined) return;
          event.preventDefault();
          move(nextPosition(slider, value, step));
        }}
      />
      <input
        type="text"
        inputMode="decimal"
        aria-label={`${label}, as a number`}
        value={shown}
        onChange={({ currentTarget }) => setQuery({ [key]: currentTarget.value.trim() })}
      />
      <span class="dim small">{ofIncome ? words : unit}</span>
      <Source of={key} source={source} label={label} />
    </div>
  );
}

/** One step of the arrow keys, which always changes a whole number by one at least. */
function nextPosition(slider: Slider, value: number, step: number): number {
  const next = positionOf(slider, value) + step;
  if (!slider.isWhole || valueAt(slider, next) !== value) return next;
  return positionOf(slider, value + Math.sign(step));
}

const slid = new Set(sliders.map(({ key }) => key));

function FieldRow({ of, given, live }: InputsProps & { of: PlanKey }) {
  const { text, source } = inputText(of, given, live);
  const label = of.replaceAll("_", " ");
  return (
    <div class="plan-field">
      <label for={`plan-${of}`}>
        {label} <span class="dim small">{planFields[of].text}</span>
      </label>
      <input
        id={`plan-${of}`}
        type="text"
        value={text}
        onChange={({ currentTarget }) => setQuery({ [of]: currentTarget.value.trim() })}
      />
      <Source of={of} source={source} label={label} />
    </div>
  );
}

/** Every input of the plan: sliders for what people turn, fields for the rest. All of it is kept in the address. */
export function PlanInputFields(props: InputsProps) {
  const clear = Object.fromEntries(planKeys.map((key) => [key, null]));
  return (
    <>
      {sliders.map((slider) => (
        <SliderRow key={slider.key} slider={slider} {...props} />
      ))}
      <details>
        <summary>More inputs</summary>
        {planKeys
          .filter((key) => !slid.has(key))
          .map((key) => (
            <FieldRow key={key} of={key} {...props} />
          ))}
      </details>
      {Object.keys(props.given).length === 0 ? null : (
        <button type="button" onClick={() => setQuery(clear, "add")}>
          Reset all inputs
        </button>
      )}
    </>
  );
}
