// What the page does beyond being read: charts, sorting, filtering, the theme. Text reaches the document as text only.
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const SVG = "http://www.w3.org/2000/svg";

  function element(name, attributes = {}, text) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  }

  // A text that takes at most `room` pixels; what is cut off is in the table below the chart.
  function fit(label, room) {
    const whole = label.textContent;
    let letters = Array.from(whole);
    while (letters.length > 3 && label.getComputedTextLength() > room) {
      letters = letters.slice(0, Math.max(3, Math.floor(letters.length * 0.9) - 1));
      label.textContent = `${letters.join("").trimEnd()}…`;
    }
  }

  // The report's language; names in braces are filled in.
  const words = data.words;
  const say = (wording, values) => wording.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  // --- bytes from subnets over paths to services

  function flowGraph() {
    const nodes = new Map();
    const node = (column, name, toll = false) => {
      const id = `${column} ${name}`;
      if (!nodes.has(id)) nodes.set(id, { id, column, name, toll });
      return id;
    };
    const links = new Map();
    const link = (source, target, flow) => {
      const id = `${source}\n${target}`;
      const known = links.get(id) ?? { source, target, value: 0, toll: flow.toll };
      known.value += flow.bytes;
      links.set(id, known);
    };
    for (const flow of data.flows) {
      const path = node(1, flow.path, flow.toll);
      link(node(0, flow.group), path, flow);
      link(path, node(2, flow.service), flow);
    }
    return { nodes: [...nodes.values()], links: [...links.values()] };
  }

  const GIB = 2 ** 30;
  // For what is summed here; single flows have their text from the report.
  function size(bytes) {
    const [unit, name] = bytes >= GIB ? [GIB, "GiB"] : bytes >= 2 ** 20 ? [2 ** 20, "MiB"] : [2 ** 10, "KiB"];
    return `${(bytes / unit).toLocaleString("en", { maximumFractionDigits: bytes / unit < 10 ? 1 : 0 })} ${name}`;
  }

  function drawFlows(figure, width) {
    const narrow = width < 600;
    const graph = flowGraph();
    const rows = Math.max(...[0, 1, 2].map((column) => graph.nodes.filter((node) => node.column === column).length));
    const height = Math.max(280, rows * (narrow ? 46 : 56));
    charts
      .sankey()
      .nodeId((node) => node.id)
      .nodeAlign(charts.sankeyJustify)
      .nodeWidth(narrow ? 6 : 10)
      // Two lines of text stand at every node, however thin it is.
      .nodePadding(narrow ? 32 : 36)
      .extent([[0, 16], [width, height - 18]])(graph);
    const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
    svg.setAttribute("aria-label", words.flows);
    const path = charts.sankeyLinkHorizontal();
    for (const link of graph.links) {
      const drawn = element("path", { class: link.toll ? "link toll" : "link", d: path(link), "stroke-width": Math.max(1, link.width) });
      drawn.append(element("title", {}, `${say(words.from_to, { from: link.source.name, to: link.target.name })}: ${size(link.value)}`));
      svg.append(drawn);
    }
    const labels = [];
    for (const node of graph.nodes) {
      svg.append(element("rect", { class: node.toll ? "node toll" : "node", x: node.x0, y: node.y0, width: node.x1 - node.x0, height: Math.max(1, node.y1 - node.y0) }));
      const last = node.column === 2;
      const [x, anchor] = last ? [node.x0 - 8, "end"] : [node.x1 + 8, "start"];
      const y = (node.y0 + node.y1) / 2;
      const name = element("text", { class: "halo", x, y: y - 2, "text-anchor": anchor }, node.name);
      const bytes = element("text", { class: "halo soft", x, y: y + 13, "text-anchor": anchor }, size(node.value));
      svg.append(name, bytes);
      labels.push(name);
    }
    figure.replaceChildren(svg);
    // Two labels face each other in the right half.
    for (const label of labels) fit(label, (width / 2 - 32) / 2);
  }

  // --- cost by day

  function drawDays(figure, width) {
    const names = data.days[0].parts.map((part) => part.name);
    const total = (day) => day.parts.reduce((sum, part) => sum + part.usd, 0);
    const height = width < 600 ? 200 : 260;
    const [left, bottom, top] = [52, 24, 10];
    const x = charts.scaleBand(data.days.map((day) => day.date), [left, width]).padding(0.25);
    const y = charts.scaleLinear([0, charts.max(data.days, total) || 1], [height - bottom, top]).nice(4);
    const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
    svg.setAttribute("aria-label", words.days);
    for (const tick of y.ticks(4)) {
      svg.append(element("line", { class: "grid", x1: left, x2: width, y1: y(tick), y2: y(tick) }));
      svg.append(element("text", { class: "soft", x: left - 10, y: y(tick) + 4, "text-anchor": "end" }, y.tickFormat(4)(tick)));
    }
    const every = Math.ceil(data.days.length / Math.max(1, Math.floor((width - left) / 64)));
    data.days.forEach((day, index) => {
      let base = 0;
      const bar = Math.min(x.bandwidth(), 72);
      const at = x(day.date) + (x.bandwidth() - bar) / 2;
      const group = element("g");
      group.append(element("title", {}, `${day.date}: ${day.cost} USD (${day.parts.map((part) => `${part.name} ${part.text}`).join(", ")})`));
      day.parts.forEach((part, place) => {
        const [from, to] = [y(base), y(base + part.usd)];
        if (from > to) group.append(element("rect", { class: `part-${place}`, x: at, y: to, width: bar, height: from - to }));
        base += part.usd;
      });
      svg.append(group);
      if (index % every === 0) {
        svg.append(element("text", { class: "soft", x: at + bar / 2, y: height - 6, "text-anchor": "middle" }, day.date.slice(5)));
      }
    });
    const legend = document.createElement("ul");
    legend.className = "legend";
    names.forEach((name, place) => {
      const item = document.createElement("li");
      const key = element("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" });
      key.append(element("rect", { class: `part-${place}`, width: 10, height: 10, rx: 2 }));
      item.append(key, `${name}, USD`);
      legend.append(item);
    });
    figure.replaceChildren(legend, svg);
  }

  function chart(id, draw) {
    const figure = document.getElementById(id);
    if (!figure) return;
    figure.hidden = false;
    let drawn = 0;
    new ResizeObserver(() => {
      const width = Math.round(figure.clientWidth);
      if (width > 0 && width !== drawn) draw(figure, (drawn = width));
    }).observe(figure);
  }

  if (data.flows.length > 0) chart("flow-chart", drawFlows);
  // One bar shows nothing that the table does not.
  if (data.days.length > 1) chart("day-chart", drawDays);

  // --- sorting

  const collator = new Intl.Collator("en", { numeric: true });

  function sort(table, column, heading) {
    const figures = heading.classList.contains("figure");
    const first = figures ? "descending" : "ascending";
    const turned = first === "ascending" ? "descending" : "ascending";
    const order = heading.getAttribute("aria-sort") === first ? turned : first;
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => {
      const cell = row.cells[column];
      const figure = cell.dataset.figure;
      return { row, text: cell.textContent, figure: figure === undefined ? undefined : Number(figure) };
    });
    rows.sort((a, b) => {
      if (!figures) return sign * collator.compare(a.text, b.text);
      // What is not known comes last either way.
      if (a.figure === undefined || b.figure === undefined) return (a.figure === undefined) - (b.figure === undefined);
      return sign * (a.figure - b.figure);
    });
    body.append(...rows.map(({ row }) => row));
  }

  for (const table of document.querySelectorAll(".scroll table")) {
    // The parts of an equation and its sum have their order.
    if (table.closest(".pair") || table.tBodies[0].rows.length < 2) continue;
    [...table.tHead.rows[0].cells].forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = heading.textContent;
      button.addEventListener("click", () => sort(table, column, heading));
      heading.replaceChildren(button);
    });
  }

  // Only what really scrolls is a stop for the keyboard.
  const overflow = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  for (const wrapper of document.querySelectorAll(".scroll")) overflow.observe(wrapper);

  // --- filter

  const filter = document.getElementById("filter");
  const shown = document.getElementById("shown");
  const items = [...document.querySelectorAll(".scroll tbody tr, .filtered")]
    .filter((item) => !item.closest(".pair"))
    .map((item) => ({ item, text: item.textContent.toLowerCase() }));

  function applyFilter() {
    const wanted = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { item, text } of items) {
      item.hidden = !wanted.every((word) => text.includes(word));
      if (!item.hidden) count += 1;
    }
    shown.value = wanted.length > 0 ? say(words.filtered, { shown: count, all: items.length }) : "";
  }
  filter.addEventListener("input", applyFilter);
  filter.form.addEventListener("submit", (event) => event.preventDefault());

  // --- theme

  const theme = document.getElementById("theme");
  const root = document.documentElement;
  const preferred = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ?? (preferred.matches ? "dark" : "light")) === "dark";
  const label = () => (theme.textContent = isDark() ? words.light : words.dark);
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    label();
  });
  preferred.addEventListener("change", label);
  label();
  document.querySelector(".tools").hidden = false;

  // --- paper shows everything

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
  });
})();
