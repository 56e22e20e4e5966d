// Bundles entry.js and the parts of d3 it names into charts.js. README.md here says how to run it.
import { build } from "esbuild";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";

const [out] = process.argv.slice(2);
if (!out) throw new Error("usage: node build.mjs FILE");

const result = await build({
  entryPoints: ["entry.js"],
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "charts",
  target: "es2020",
  charset: "ascii",
  legalComments: "none",
  outfile: out,
  metafile: true,
  write: false,
});

// The packages whose code is really in the bundle, with their licences.
const used = new Set(
  Object.entries(Object.values(result.metafile.outputs)[0].inputs)
    .filter(([name, { bytesInOutput }]) => bytesInOutput > 0 && name.includes("node_modules/"))
    .map(([name]) => name.split("node_modules/").pop().split("/")[0]),
);
const notices = [...used].sort().map((name) => {
  const folder = path.join("node_modules", name);
  const { version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[sc]e/i.test(entry));
  return `${name} ${version} (${license})\n\n${readFileSync(path.join(folder, file), "utf8").trim()}\n`;
});
writeFileSync(out, `/*! ${[...used].sort().join(", ")}: see LICENSES.txt */\n${result.outputFiles[0].text}`);
writeFileSync(path.join(path.dirname(out), "LICENSES.txt"), notices.join("\n----\n\n"));
