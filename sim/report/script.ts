/** Draws the plots of the page from its data; it runs in browsers, so it is here as text. */
export const plotScript = String.raw`"use strict";
(() => {
  const island = document.getElementById("plots");
  if (!island) return;
  const { unit, t, plots, lead = "after", log = false, marks = [] } = JSON.parse(island.textContent);
  const root = document.documentElement;
  const dashes = [[], [8, 4], [2, 3], [9, 3, 2, 3], [5, 2], [1, 5]];
  const widths = { ink: 3, alarm: 2.5, plain: 1.5, aim: 1.5 };
  const colour = (name) => getComputedStyle(root).getPropertyValue("--" + name).trim();
  const colourOf = (line) => colour(line.role === "plain" ? "line-" + line.colour : line.role);
  const dashOf = (line) => (line.role === "aim" ? dashes[1] : dashes[line.dash % dashes.length]);
  const figure = (value) => {
    if (value === null || value === undefined) return "-";
    if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e9)) return String(Number(value.toPrecision(3)).toExponential());
    return value.toLocaleString("en-US", { maximumSignificantDigits: 4 });
  };
  const lastOf = (values) => values.findLastIndex((value) => value !== null);

  // Moves names apart, within bounds, where they would overlap.
  const spread = (names, gap, least, most) => {
    names.sort((a, b) => a.at - b.at);
    names.forEach((name, i) => { name.at = Math.max(name.at, i > 0 ? names[i - 1].at + gap : least); });
    names.reverse().forEach((name, i) => { name.at = Math.min(name.at, i > 0 ? names[i - 1].at - gap : most); });
    return names;
  };

  // Names beside the ends of the lines.
  const nameLines = (plot) => (u) => {
    const ratio = uPlot.pxRatio;
    const gap = 14 * ratio;
    if (u.width < 640 || u.bbox.height < gap) return;
    const ends = plot.lines.flatMap((line, i) => {
      const at = lastOf(u.data[i + 1]);
      return u.series[i + 1].show && at >= 0 ? [{ line, at: u.valToPos(u.data[i + 1][at], "y", true) }] : [];
    });
    const [top, bottom] = [u.bbox.top, u.bbox.top + u.bbox.height];
    const shown = spread(ends.filter(({ at }) => at >= top && at <= bottom), gap, top, bottom);
    u.ctx.save();
    u.ctx.textAlign = "left";
    u.ctx.textBaseline = "middle";
    for (const { line, at } of shown) {
      u.ctx.font = (line.role === "plain" ? "" : "bold ") + 12 * ratio + "px system-ui, sans-serif";
      u.ctx.fillStyle = colourOf(line);
      const name = line.name.length > 16 ? line.name.slice(0, 15) + "\u2026" : line.name;
      u.ctx.fillText(name, u.bbox.left + u.bbox.width + 6 * ratio, at);
    }
    u.ctx.restore();
  };

  // Vertical lines at named values; the name runs up beside its line, in the half with fewer lines.
  const markPlaces = (u) => {
    const ratio = uPlot.pxRatio;
    const { left, top, width, height } = u.bbox;
    const found = marks.map(({ name, at }) => ({ name, x: u.valToPos(at, "x", true) }));
    const shown = found.filter(({ x }) => x >= left && x <= left + width).map((mark) => ({ ...mark, at: mark.x - 8 * ratio }));
    u.ctx.save();
    u.ctx.font = 11 * ratio + "px system-ui, sans-serif";
    u.ctx.textBaseline = "middle";
    u.ctx.fillStyle = u.ctx.strokeStyle = colour("soft");
    u.ctx.lineWidth = ratio;
    u.ctx.setLineDash([2 * ratio, 3 * ratio]);
    for (const { name, x, at } of spread(shown, 14 * ratio, left + 8 * ratio, left + width - 8 * ratio)) {
      u.ctx.beginPath();
      u.ctx.moveTo(x, top);
      u.ctx.lineTo(x, top + height);
      u.ctx.stroke();
      const high = x > left + width / 2;
      u.ctx.save();
      u.ctx.translate(at, high ? top + 6 * ratio : top + height - 6 * ratio);
      u.ctx.rotate(-Math.PI / 2);
      u.ctx.textAlign = high ? "right" : "left";
      u.ctx.fillText(name, 0, 0);
      u.ctx.restore();
    }
    u.ctx.restore();
  };

  const zeroLine = (u) => {
    const { min, max } = u.scales.y;
    if (!(min < 0 && max > 0)) return;
    const y = Math.round(u.valToPos(0, "y", true)) + 0.5;
    u.ctx.save();
    u.ctx.strokeStyle = colour("soft");
    u.ctx.lineWidth = uPlot.pxRatio;
    u.ctx.beginPath();
    u.ctx.moveTo(u.bbox.left, y);
    u.ctx.lineTo(u.bbox.left + u.bbox.width, y);
    u.ctx.stroke();
    u.ctx.restore();
  };

  const seriesOf = (plot) => plot.lines.map((line) => ({
    label: line.name,
    class: "role-" + line.role,
    stroke: colourOf(line),
    width: widths[line.role],
    dash: dashOf(line),
    points: { show: false },
    paths: plot.stepped ? uPlot.paths.stepped({ align: 1 }) : uPlot.paths.linear(),
    value: (u, value, i, at) => figure(at === null ? u.data[i][lastOf(u.data[i])] : value),
  }));

  // On a logarithmic axis only the decades.
  const ruled = (u, splits) => splits.map((at) => (log && !at.toExponential().startsWith("1e") ? null : at));

  const axis = (more) => ({
    stroke: colour("soft"),
    font: "12px system-ui, sans-serif",
    grid: { stroke: colour("grid"), width: 1, filter: ruled },
    ticks: { stroke: colour("grid"), width: 1, filter: ruled },
    values: (u, splits) => splits.map((at) => (log && at === null ? "" : figure(at))),
    ...more,
  });

  const markers = (plot) => ({
    width: 3,
    stroke: (u, i) => colourOf(plot.lines[i - 1]),
    dash: (u, i) => ["solid", "dashed", "dotted"][Math.min(2, dashes.indexOf(dashOf(plot.lines[i - 1])))],
    fill: () => "transparent",
  });

  const fromZero = (u, min, max) => (min === null ? [0, 1] : uPlot.rangeNum(Math.min(0, min), Math.max(0, max) || 1, 0.08, true));
  const wholeDecades = (u, min, max) => (min === null ? [0.1, 10] : uPlot.rangeLog(min, max, 10, true));
  const scales = log
    ? { x: { time: false, distr: 3 }, y: { distr: 3, range: wholeDecades } }
    : { x: { time: false }, y: { range: fromZero } };

  const optionsOf = (plot, legend, size) => ({
    ...size,
    padding: [10, plot.main && size.width >= 640 ? 120 : 14, 0, 0],
    scales,
    series: [
      { label: lead, value: (u, value) => figure(value === null ? t[t.length - 1] : value) + " " + unit },
      ...seriesOf(plot),
    ],
    axes: [axis({ size: 34 }), axis({ size: (u, values) => 16 + 7 * Math.max(3, ...(values || []).map((text) => text.length)) })],
    legend: { mount: (u, table) => legend.replaceChildren(table), markers: markers(plot) },
    focus: { alpha: 0.25 },
    cursor: { y: false, sync: { key: "plots", setSeries: false }, focus: { prox: 24 }, points: { size: 6 } },
    hooks: { drawAxes: [log ? markPlaces : zeroLine], draw: plot.main ? [nameLines(plot)] : [] },
  });

  const hosts = [...document.querySelectorAll("[data-plot]")];
  const sizeOf = (host) => {
    const main = plots[host.dataset.plot].main;
    if (root.classList.contains("paper")) return main ? { width: 660, height: 300 } : { width: 320, height: 190 };
    const width = Math.max(240, Math.floor(host.clientWidth));
    return { width, height: main ? (width < 640 ? 300 : 380) : 230 };
  };

  // Names are buttons: Enter and Space hide and show a line as a click does.
  const makeButtons = (legend) => {
    for (const name of legend.querySelectorAll(".u-series:not(:first-child) th")) {
      name.tabIndex = 0;
      name.setAttribute("role", "button");
      name.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        name.click();
      });
    }
  };

  let drawn = [];
  const draw = () => {
    for (const u of drawn) u.destroy();
    drawn = hosts.map((host) => {
      const plot = plots[host.dataset.plot];
      const legend = host.nextElementSibling;
      const u = new uPlot(optionsOf(plot, legend, sizeOf(host)), [t, ...plot.lines.map((line) => line.values)], host);
      makeButtons(legend);
      return u;
    });
  };
  const fit = () => drawn.forEach((u, i) => {
    const size = sizeOf(hosts[i]);
    if (size.width !== u.width || size.height !== u.height) u.setSize(size);
  });
  const onPaper = (paper) => () => {
    root.classList.toggle("paper", paper);
    draw();
  };

  draw();
  new ResizeObserver(fit).observe(document.querySelector("main"));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  addEventListener("beforeprint", onPaper(true));
  addEventListener("afterprint", onPaper(false));
})();
`;
