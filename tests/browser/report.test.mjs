// The HTML report as a browser shows it: without errors and requests, with the figures of the JSON, usable by keyboard and
// filter, and inert to whatever stands in tags.
//
// FLOWTOLL: the program. CHROMIUM: the browser. PICTURES: a folder for screenshots, if they are wanted.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { chromium } from "playwright-core";

const root = path.resolve(import.meta.dirname, "../..");
const program = process.env.FLOWTOLL ?? path.join(root, "target/debug/flowtoll");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "flowtoll-browser-"));
let browser;

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
});
after(async () => {
  await browser?.close();
  fs.rmSync(folder, { recursive: true });
});

/// The report of `logs` in a format.
function report(logs, ...options) {
  const text = execFileSync(program, ["report", logs, "--quiet", ...options], {
    cwd: root,
    maxBuffer: 1 << 28,
    encoding: "utf8",
  });
  return text;
}

function write(name, html) {
  const file = path.join(folder, name);
  fs.writeFileSync(file, html);
  return pathToFileURL(file).href;
}

/// Opens a page; `seen` gathers what must not happen.
async function open(url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const seen = [];
  page.on("console", (message) => seen.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => seen.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    seen.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (request.url() !== url) seen.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  await page.waitForSelector(".tools:not([hidden])");
  return { context, page, seen };
}

const english = () => write("en.html", report("sample-logs", "--format", "html"));
const japanese = () =>
  write(
    "ja.html",
    report("sample-logs", "--format", "html", "--lang", "ja", "--currency-rate", "JPY=150", "--group-by", "vpc"),
  );

test("no error, no request, nothing beyond the edge, and accessible, in both themes, on a desk and a phone", async () => {
  for (const [name, url] of [["en", english()], ["ja", japanese()]]) {
    for (const colorScheme of ["light", "dark"]) {
      for (const [device, width] of [["desk", 1280], ["phone", 360]]) {
        const where = `${name}-${device}-${colorScheme}`;
        const { context, page, seen } = await open(url, { colorScheme, viewport: { width, height: 900 } });
        await page.waitForSelector("#flow-chart svg path", { state: "attached" });
        assert.deepEqual(seen, [], where);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, where);
        assert.equal(await page.getAttribute("html", "lang"), name);
        if (process.env.PICTURES) {
          fs.mkdirSync(process.env.PICTURES, { recursive: true });
          await page.screenshot({ path: path.join(process.env.PICTURES, `${where}.png`), fullPage: true });
        }
        // Nor does anything that is folded.
        await page.$$eval("details", (folded) => folded.forEach((details) => (details.open = true)));
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, `${where}, unfolded`);
        if (process.env.PICTURES) {
          await page.locator("#options-folded").screenshot({ path: path.join(process.env.PICTURES, `${where}-options.png`) });
        }
        await context.close();
        // axe is a script of its own, which the page's policy rightly refuses.
        const tested = await open(url, { colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
        await tested.page.addScriptTag({ content: axe.source });
        await tested.page.$$eval("details", (folded) => folded.forEach((details) => (details.open = true)));
        const found = await tested.page.evaluate(() => globalThis.axe.run(document));
        assert.ok(found.passes.length > 20, where);
        assert.deepEqual(found.violations.map((rule) => [rule.id, rule.nodes[0].html]), [], where);
        await tested.context.close();
      }
    }
  }
});

test("figures are those of the JSON", async () => {
  const json = JSON.parse(report("sample-logs", "--format", "json"));
  const { context, page } = await open(english());
  const amounts = (selector) => page.$$eval(selector, (cells) => cells.map((cell) => cell.firstChild.textContent.trim()));
  const cents = (usd) => Math.round(Number(usd) * 100);
  const shown = (text) => Math.round(Number(text.replaceAll(",", "")) * 100);
  const { cost_month_usd, saving_month_usd } = json.totals;
  for (const text of await amounts('[data-key="cost_month_usd"]')) assert.equal(shown(text), cents(cost_month_usd));
  for (const text of await amounts('[data-key="saving_month_usd"]')) assert.equal(shown(text), cents(saving_month_usd));
  for (const text of await amounts('[data-key="after"]')) {
    assert.ok(Math.abs(shown(text) - (cents(cost_month_usd) - cents(saving_month_usd))) <= 1, text);
  }
  const sum = (lines, key) => lines.reduce((all, line) => all + BigInt(line[key]), 0n);
  const column = async (table, number) => {
    const cells = await page.$$eval(`#${table} tbody tr :nth-child(${number})`, (cells) =>
      cells.map((cell) => cell.dataset.figure),
    );
    return cells.filter((figure) => figure !== undefined).reduce((all, figure) => all + BigInt(figure), 0n);
  };
  assert.equal(await column("services", 3), sum(json.attribution, "bytes_out"));
  assert.equal(await column("services", 4), sum(json.attribution, "bytes_in"));
  assert.equal(await column("nat-gateways", 3), sum(json.nat_gateways, "bytes_out"));
  assert.equal(await column("endpoints", 5), sum(json.endpoints, "bytes_in"));
  assert.equal(await column("day-table", 3), sum(json.days, "nat_gateway_bytes"));
  const toll = json.attribution.filter((line) => line.path === "nat-gateway");
  assert.equal(await column("clients", 4), sum(toll, "bytes_out"));
  assert.equal(await page.locator(".change").count(), json.advice.length);
  assert.equal(await page.locator(".finding").count(), json.findings.length);
  assert.equal(await page.locator(".doubts li").count(), json.notes.length);
  const data = JSON.parse(await page.locator("#data").textContent());
  const all = sum(json.attribution, "bytes_out") + sum(json.attribution, "bytes_in");
  assert.equal(data.flows.reduce((bytes, flow) => bytes + BigInt(flow.bytes), 0n), all);
  await context.close();
});

test("every option is there, folded, with the figures of the JSON, and can be sorted", async () => {
  const { plan, advice } = JSON.parse(report("sample-logs", "--format", "json"));
  const { context, page } = await open(english());
  const rows = page.locator("#options tbody tr");
  assert.ok(plan.options.length > 1);
  assert.equal(await rows.count(), plan.options.length);
  assert.ok(!(await rows.first().isVisible()));
  await page.locator("#options-folded > summary").focus();
  await page.keyboard.press("Enter");
  assert.ok(await rows.first().isVisible());
  const figures = (number) =>
    page.$$eval(`#options tbody tr :nth-child(${number})`, (cells) => cells.map((cell) => cell.dataset.figure).filter(Boolean));
  for (const [number, key] of [[4, "traffic_gb_month"], [5, "break_even_gb_month"], [6, "break_even_gb_month_per_zone"]]) {
    const known = plan.options.map((option) => option[key]).filter((figure) => figure !== null);
    assert.deepEqual((await figures(number)).toSorted(), known.toSorted(), key);
  }
  // The change it speaks of is the one in the list above.
  for (const option of plan.options) {
    const row = rows.filter({ hasText: [option.service, ...option.companions].join(", ") });
    const told = await row.locator("td").first().innerText();
    const numbers = option.advice_ids.map((id) => advice.findIndex((line) => line.id === id) + 1);
    if (option.is_changed) assert.equal(told, `change ${numbers.join(", ")}`);
    else assert.equal(told, option.has_endpoint ? "endpoint stays" : "no endpoint");
  }
  await page.locator("#options thead th:nth-child(4) button").click();
  const sorted = (await figures(4)).map(Number);
  assert.deepEqual(sorted, sorted.toSorted((a, b) => b - a));
  await context.close();
});

test("filter, sorting, theme and print work", async () => {
  const { context, page, seen } = await open(english());
  const rows = page.locator("#services tbody tr");
  const all = await rows.count();
  assert.ok(all > 3);
  const name = (await rows.first().locator("th").innerText()).split("\n")[0];
  await page.fill("#filter", name.toUpperCase());
  const left = await page.$$eval("#services tbody tr:not([hidden])", (rows) => rows.map((row) => row.textContent));
  assert.ok(left.length >= 1 && left.length < all && left.every((text) => text.includes(name)), `${left.length} of ${all}`);
  assert.match(await page.locator("#shown").innerText(), /^\d+ of \d+$/);
  // The equation of the ledger stays whole.
  assert.equal(await page.locator("#ledger-bytes tbody tr[hidden]").count(), 0);
  await page.fill("#filter", "no row has this");
  assert.equal(await page.locator("#services tbody tr:not([hidden])").count(), 0);
  await page.fill("#filter", "");
  assert.equal(await page.locator("#services tbody tr:not([hidden])").count(), all);

  const heading = page.locator("#services thead th:nth-child(3)");
  for (const [order, sign] of [["descending", -1], ["ascending", 1]]) {
    await heading.getByRole("button").click();
    assert.equal(await heading.getAttribute("aria-sort"), order);
    const figures = await page.$$eval("#services tbody td:nth-child(3)", (cells) => cells.map((cell) => Number(cell.dataset.figure)));
    assert.deepEqual(figures, figures.toSorted((a, b) => sign * (a - b)));
  }

  const before = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.click("#theme");
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), before);

  assert.ok((await page.locator("details:not([open])").count()) > 0);
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.equal(await page.locator("details:not([open])").count(), 0);
  await page.emulateMedia({ media: "print" });
  assert.ok(!(await page.locator(".tools").isVisible()));
  assert.ok((await page.pdf({ format: "A4" })).length > 20_000);
  assert.deepEqual(seen, []);
  await context.close();
});

test("the keyboard is enough", async () => {
  const { context, page } = await open(english());
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.id), "filter");
  await page.locator(".change summary").first().focus();
  await page.keyboard.press("Enter");
  assert.equal(await page.locator(".change details[open]").count(), 1);
  await page.locator("#services thead button").first().focus();
  await page.keyboard.press("Space");
  assert.equal(await page.locator("#services thead th").first().getAttribute("aria-sort"), "ascending");
  await context.close();
});

test("names and tags are text, and the policy stops what is not the page's own", async () => {
  const logs = path.join(folder, "hostile");
  fs.cpSync(path.join(root, "sample-logs"), logs, { recursive: true });
  const hostile = `</script><script>alert(1)</script><img src=x onerror=alert(2)>"'><svg onload=alert(3)>{{constructor}}`;
  let changed = 0;
  const spoil = (value) => {
    if (Array.isArray(value)) value.forEach(spoil);
    else if (value && typeof value === "object") {
      if (value.Key === "Name") {
        value.Value = hostile;
        changed += 1;
      }
      Object.values(value).forEach(spoil);
    }
  };
  for (const name of fs.readdirSync(path.join(logs, "inventory"))) {
    const file = path.join(logs, "inventory", name);
    const answer = JSON.parse(fs.readFileSync(file, "utf8"));
    spoil(answer);
    fs.writeFileSync(file, JSON.stringify(answer));
  }
  assert.ok(changed > 5);
  const url = write("hostile.html", report(logs, "--format", "html", "--group-by", "tag:Name"));
  const { context, page, seen } = await open(url);
  await page.waitForSelector("#flow-chart svg path", { state: "attached" });
  assert.deepEqual(seen, []);
  assert.equal(await page.locator("img, main script, svg[onload]").count(), 0);
  assert.ok((await page.locator("main").innerText()).includes("<img src=x onerror=alert(2)>"));
  // What got in all the same would not run.
  const refused = await page.evaluate(
    () =>
      new Promise((done) => {
        const seen = [];
        document.addEventListener("securitypolicyviolation", (event) => {
          seen.push(event.effectiveDirective);
          if (seen.length === 3) done(seen.toSorted());
        });
        const script = document.createElement("script");
        script.textContent = "globalThis.ran = true";
        document.body.append(script);
        const image = document.createElement("img");
        image.src = "https://example.com/x.png";
        document.body.append(image);
        document.body.setAttribute("onclick", "globalThis.ran = true");
        document.body.click();
      }),
  );
  assert.deepEqual(refused, ["img-src", "script-src-attr", "script-src-elem"]);
  assert.equal(await page.evaluate(() => globalThis.ran), undefined);
  await context.close();
});

test("a page without scripts is whole", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(english());
  assert.ok(await page.locator("#services tbody tr").first().isVisible());
  assert.ok(!(await page.locator("#filter").isVisible()));
  await context.close();
});
