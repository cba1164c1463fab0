// Builds web/static/vendor from the pinned packages: scripts with esbuild, styles with sass, fonts as they are, and a
// manifest with the sha256 of every file. `--check` builds beside it and compares.
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';
import * as sass from 'sass';

const here = dirname(fileURLToPath(import.meta.url));
const vendor = join(here, '..', 'static', 'vendor');
const modules = join(here, 'node_modules');
const check = process.argv.includes('--check');
const out = check ? mkdtempSync(join(tmpdir(), 'karguzar-assets-')) : vendor;

const SUBSETS = {
  cyrillic: 'U+0301, U+0400-045F, U+0490-0491, U+04B0-04B1, U+2116',
  'cyrillic-ext': 'U+0460-052F, U+1C80-1C8A, U+20B4, U+2DE0-2DFF, U+A640-A69F, U+FE2E-FE2F',
  'latin-ext': 'U+0100-02BA, U+02BD-02C5, U+02C7-02CC, U+02CE-02D7, U+02DD-02FF, U+0304, U+0308, U+0329, U+1D00-1DBF, '
    + 'U+1E00-1E9F, U+1EF2-1EFF, U+2020, U+20A0-20AB, U+20AD-20C0, U+2113, U+2C60-2C7F, U+A720-A7FF',
  latin: 'U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+0304, U+0308, U+0329, U+2000-206F, '
    + 'U+20AC, U+2122, U+2191, U+2193, U+2212, U+2215, U+FEFF, U+FFFD',
};
const FONTS = [
  ['Noto Sans', 'noto-sans', [400, 600, 700]],
  ['Noto Serif', 'noto-serif', [700]],
  ['Noto Sans Mono', 'noto-sans-mono', [400]],
];

function fonts() {
  mkdirSync(join(out, 'fonts'), { recursive: true });
  const faces = [];
  for (const [family, name, weights] of FONTS) {
    for (const weight of weights) {
      for (const [subset, range] of Object.entries(SUBSETS)) {
        const file = `${name}-${subset}-${weight}-normal.woff2`;
        cpSync(join(modules, '@fontsource', name, 'files', file), join(out, 'fonts', file));
        faces.push(`@font-face{font-family:"${family}";font-style:normal;font-weight:${weight};font-display:swap;`
          + `src:url("fonts/${file}") format("woff2");unicode-range:${range}}`);
      }
    }
  }
  writeFileSync(join(out, 'fonts.css'), `${faces.join('\n')}\n`);
}

function styles() {
  const govuk = sass.compile(join(here, 'styles', 'govuk.scss'), {
    loadPaths: [modules], style: 'compressed', quietDeps: true,
  });
  writeFileSync(join(out, 'govuk.css'), `${govuk.css}\n`);
  const diagram = ['diagram-js/assets/diagram-js.css', 'bpmn-js/dist/assets/bpmn-js.css'];
  writeFileSync(join(out, 'diagram.css'), diagram.map((file) => readFileSync(join(modules, file), 'utf8')).join('\n'));
}

async function scripts() {
  await esbuild.build({
    entryPoints: ['boot', 'office', 'keys', 'diagram', 'redacting'].map((name) => join(here, 'src', `${name}.js`)),
    outdir: out, bundle: true, minify: true, format: 'iife', target: 'es2020', legalComments: 'eof', charset: 'utf8',
  });
}

function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'manifest.json')
    .map((entry) => relative(folder, join(entry.parentPath, entry.name))).sort();
}

function manifest() {
  const hashes = files(out).map((file) => [file, createHash('sha256').update(readFileSync(join(out, file))).digest('hex')]);
  writeFileSync(join(out, 'manifest.json'), `${JSON.stringify(Object.fromEntries(hashes), null, 2)}\n`);
}

if (!check) rmSync(vendor, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
fonts();
styles();
await scripts();
manifest();
if (check) {
  const [built, kept] = [out, vendor].map((folder) => readFileSync(join(folder, 'manifest.json'), 'utf8'));
  rmSync(out, { recursive: true, force: true });
  if (built !== kept) {
    console.error('web/static/vendor is not what web/assets builds; run: npm ci && npm run build');
    process.exit(1);
  }
}
