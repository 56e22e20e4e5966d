// What HTML reports use of d3. build.mjs bundles it into charts.js, which defines the global `charts`.
export { max } from "d3-array";
export { sankey, sankeyJustify, sankeyLinkHorizontal } from "d3-sankey";
export { scaleBand, scaleLinear } from "d3-scale";
