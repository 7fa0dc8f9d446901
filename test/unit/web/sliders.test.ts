import assert from "node:assert/strict";
import { test } from "node:test";
import { inputText } from "../../../web/deter/inputTexts.ts";
import { numberOf, positionOf, sliders, valueAt } from "../../../web/deter/sliders.ts";

test("a slider's ends are its bounds, and past them the handle stays at the end", () => {
  for (const slider of sliders) {
    const { least, most, key } = slider;
    assert.deepEqual([valueAt(slider, 0), valueAt(slider, 1)], [least, most], key);
    assert.deepEqual([valueAt(slider, -1), valueAt(slider, 2)], [least, most], key);
    assert.deepEqual([positionOf(slider, least), positionOf(slider, most)], [0, 1], key);
    assert.deepEqual([positionOf(slider, least / 2), positionOf(slider, most * 2)], [0, 1], key);
    for (const nothing of [0, -1, Number.NaN]) assert.equal(positionOf(slider, nothing), 0, key);
  }
});

test("a value and its position lead to each other, as closely as it is written", () => {
  for (const slider of sliders)
    for (let step = 0; step <= 20; step++) {
      const value = valueAt(slider, step / 20);
      const back = valueAt(slider, positionOf(slider, value));
      assert.ok(Math.abs(back - value) <= 0.051 * value, `${slider.key}: ${value} became ${back}`);
      if (slider.isWhole) assert.equal(value, Math.round(value));
    }
});

test("fractions are read as the planner writes them", () => {
  assert.deepEqual([numberOf("20/500"), numberOf("0.04"), numberOf("1")], [0.04, 0.04, 1]);
  for (const text of ["", "1/", "/2", "x", "1/x"]) assert.ok(Number.isNaN(numberOf(text)), text);
});

test("what is given wins over what is live, and that over the default", () => {
  assert.deepEqual(inputText("rate", { rate: "1/2" }, { rate: "1/5" }), { text: "1/2", source: "given" });
  assert.deepEqual(inputText("rate", {}, { rate: "1/5" }), { text: "1/5", source: "live" });
  assert.deepEqual(inputText("rate", {}, {}), { text: "20/500", source: "default" });
  assert.deepEqual(inputText("gain", {}, {}), { text: "", source: "default" });
});
