// Makes screening/web/static/*.css from assets/sass; see docs/decisions/0030-front-end.md. Run it with `make assets`.
//
// Sass compiles, a few plain rewrites make the result follow the writing direction, Lightning CSS drops what no page
// uses and minifies. The same sources and lock file give the same bytes.

import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync } from "node:zlib";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Features, transform } from "lightningcss";
import * as sass from "sass";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const version = (name) => JSON.parse(readFileSync(here(`node_modules/${name}/package.json`))).version;

const SHEETS = ["patient", "staff"];

// Parts of components that no page of ours uses. Colours of tags and banners are here for a reason: a page must not be
// able to mark an answer or a person by colour.
const UNUSED = [
  /^govuk-tag--/,
  /^govuk-notification-banner--/,
  /^govuk-panel--/,
  /^govuk-button--(inverse|start)$/,
  /^govuk-button__start-icon$/,
  /^govuk-(radios|checkboxes)--small$/,
  /^govuk-(radios|checkboxes)__conditional/,
  /^govuk-frontend-supported$/,
  /^govuk-(back-link|link)--inverse$/,
  /^govuk-link-image$/,
  /^govuk-summary-card/,
  /^govuk-pagination--block$/,
  /^govuk-skip-link-focused-element$/,
  /^govuk-caption-xl$/,
  /^govuk-table__caption--xl$/,
  /^govuk-table--small-text-until-tablet$/,
  /^govuk-(label|fieldset__legend)--xl$/,
  /^govuk-section-break--xl$/,
  /^govuk-visually-hidden-focusable$/,
  /^govuk-main-wrapper--auto-spacing$/,
];

// Old enough for a phone that gets no more updates. Logical properties are kept as they are (iOS 12.2 knows those of
// margin, padding and border; `inset` gets a fallback below).
const TARGETS = { safari: 12 << 16, ios_saf: 12 << 16, chrome: 80 << 16, firefox: 78 << 16 };

function compile(sheet) {
  return sass.compile(here(`sass/${sheet}.scss`), {
    loadPaths: [here("node_modules")],
    quietDeps: true,
    style: "expanded",
    charset: false,
  }).css;
}

/** Rewrite left and right as start and end, so that one sheet serves both directions of writing. */
function followDirection(css) {
  const side = { left: "start", right: "end" };
  return css
    .replace(/^(\s*)(margin|padding|border)-(left|right)(-[a-z]+)?: (?!inherit)/gm, (_, indent, name, edge, part) => {
      return `${indent}${name}-inline-${side[edge]}${part ?? ""}: `;
    })
    .replace(/^(\s*)text-align: (left|right)/gm, (_, indent, edge) => `${indent}text-align: ${side[edge]}`)
    // Browsers before 2021 know no `inset-inline-…` and read the line above it. Where both apply and the width is
    // given, CSS lets the one at the start win, so that the pair is right in either direction.
    .replace(/^(\s*)(left|right): ([^;]+);/gm, (line, indent, edge, value) => {
      return `${line}${indent}inset-inline-${side[edge]}: ${value};`;
    });
}

/** Say once what govuk-frontend repeats in each rule: _page.scss names the font, and no colour changes at run time. */
function sayOnce(css) {
  return css
    .replace(/^ *(font-family: inherit|-webkit-font-smoothing: antialiased|-moz-osx-font-smoothing: grayscale);\n/gm, "")
    .replace(/var\(--govuk-[a-z-]+-colour, (#[0-9a-f]+)\)/g, "$1");
}

/** Drop govuk-frontend's own rules for paper; those in our sheets say `only print`. */
const dropPrintRules = {
  Rule: {
    media({ value: { query } }) {
      const [first] = query.mediaQueries;
      return first.mediaType === "print" && first.qualifier !== "only" ? [] : undefined;
    },
  },
};

function minify(sheet, css) {
  const names = new Set([...css.matchAll(/\.(govuk-[\w-]+)/g)].map(([, name]) => name));
  return transform({
    filename: `${sheet}.css`,
    code: Buffer.from(css),
    minify: true,
    targets: TARGETS,
    exclude: Features.LogicalProperties | Features.DirSelector,
    unusedSymbols: [...names].filter((name) => UNUSED.some((pattern) => pattern.test(name))),
    visitor: dropPrintRules,
  }).code;
}

/** Write a compressed copy beside the file, unless one that holds the same bytes is there already. */
function writeCompressed(path, content, compress, decompress) {
  if (existsSync(path) && decompress(readFileSync(path)).equals(content)) return;
  writeFileSync(path, compress(content));
}

function write(sheet) {
  const notice = `/*! Contains parts of govuk-frontend ${version("govuk-frontend")}, MIT licence: see /static/licences.txt */\n`;
  const css = minify(sheet, sayOnce(followDirection(compile(sheet))));
  const content = Buffer.concat([Buffer.from(notice), css, Buffer.from("\n")]);
  const path = here(`../screening/web/static/${sheet}.css`);
  writeFileSync(path, content);
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } };
  writeCompressed(`${path}.br`, content, (bytes) => brotliCompressSync(bytes, quality), brotliDecompressSync);
  writeCompressed(`${path}.gz`, content, (bytes) => gzipSync(bytes, { level: 9 }), gunzipSync);
  const size = (suffix) => readFileSync(`${path}${suffix}`).length;
  console.log(`${sheet}.css: ${content.length} bytes, gzip ${size(".gz")}, brotli ${size(".br")}`);
}

function writeVersions() {
  const lines = ["govuk-frontend", "sass", "lightningcss"].map((name) => `${name} ${version(name)}`);
  writeFileSync(here("../screening/web/static/VERSIONS"), `${lines.join("\n")}\n`);
}

SHEETS.forEach(write);
writeVersions();
