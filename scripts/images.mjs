// Makes the pictures of the README from real runs: the top of the flagship's report, the output of `npm start`, the
// table of all breakers on one fault, and the sagas by outcome. Needs a Chromium: CHROMIUM=/path/to/it, else
// /usr/bin/chromium. Run it after a build.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const IMAGES = join('docs', 'images');
const PROGRAM = join('dist', 'cli', 'main.js');
const SCENARIO = join('scenarios', 'checkout.yaml');
const ZOO = join('scenarios', 'studies', 'breaker-zoo.yaml');
const SAGAS = join('scenarios', 'order-saga.yaml');
/** Title, the flows of three variants, and the outcomes of their sagas over time; the tables below are left out. */
const FLOWS = { width: 1280, height: 1000 };
const NO_TABLES = '#sagas .meters~*,footer{display:none}';
/** Twelve variants compared. */
const TABLE = { width: 1280, height: 1010 };
/** Title, answers, strips, and the lanes of the variant that suffers most. */
const REPORT = { width: 1280, height: 1260 };
/** A pipe has no width, so the program gets that of a terminal. */
const TERMINAL = 'data:text/javascript,Object.assign(process.stdout,{isTTY:true,columns:110})';
const SGR = /\u001b\[(\d+)m/g;
const CHARACTER = { width: 8.43, height: 20 };
const MARGIN = 24;
/** Background and colours of a picture of a terminal. */
const COLOURS = {
  background: '#14171a',
  text: '#d7dbe0',
  bold: '#ffffff',
  dim: '#8b939c',
  red: '#ff7b5a',
};

process.chdir(ROOT);
const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
if (!existsSync(chromium)) {
  stop(`no Chromium at ${chromium}; name one in CHROMIUM`);
}
if (!existsSync(PROGRAM)) {
  stop('nothing is built; run npm run build first');
}
const work = mkdtempSync(join(tmpdir(), 'faultline-images-'));
try {
  mkdirSync(IMAGES, { recursive: true });
  const printed = simulate(SCENARIO);
  shoot(join(work, 'checkout.html'), 'report.png', REPORT);
  const page = join(work, 'terminal.html');
  writeFileSync(page, terminalPage(printed));
  shoot(page, 'terminal.png', terminalSize(printed));
  simulate(ZOO);
  const zoo = join(work, 'breaker-zoo.html');
  writeFileSync(zoo, onlySection(readFileSync(zoo, 'utf8'), 'compare'));
  shoot(zoo, 'breaker-zoo.png', TABLE, '#tab=compare');
  simulate(SAGAS);
  const sagas = join(work, 'order-saga.html');
  writeFileSync(sagas, onlySection(readFileSync(sagas, 'utf8'), 'sagas', NO_TABLES));
  shoot(sagas, 'sagas.png', FLOWS, '#tab=sagas');
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** The output of `npm start` with its colours; the report goes to a separate folder. */
function simulate(scenario) {
  const run = spawnSync(
    process.execPath,
    ['--import', TERMINAL, PROGRAM, 'run', scenario, '--out', work, '--format', 'html'],
    { encoding: 'utf8', env: { ...environment(), FORCE_COLOR: '1' }, maxBuffer: 1 << 26 },
  );
  if (run.error !== undefined || run.stdout === '') {
    stop(`the run did not succeed: ${run.error?.message ?? run.stderr}`);
  }
  const text = run.stdout.trimEnd().replaceAll(work, 'reports');
  return ['\u001b[2m$\u001b[22m npm start', '', ...text.split('\n')];
}

function environment() {
  const { NO_COLOR: _, ...rest } = process.env;
  return rest;
}

/** The report reduced to one of its tabs, with rules that hide parts of it. */
function onlySection(html, id, rules = '') {
  return html.replace(
    '</style>',
    `section:not(#${id}),nav,.clock,.tabs,.copy{display:none}${rules}</style>`,
  );
}

function shoot(page, name, { width, height }, fragment = '') {
  const profile = join(work, `profile-${name}`);
  const picture = join(IMAGES, name);
  execFileSync(
    chromium,
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--hide-scrollbars',
      `--user-data-dir=${profile}`,
      `--window-size=${width},${height}`,
      `--screenshot=${join(ROOT, picture)}`,
      `${pathToFileURL(page).href}${fragment}`,
    ],
    { stdio: 'ignore', timeout: 120_000 },
  );
  process.stdout.write(
    `${picture}  ${width} x ${height}  ${Math.round(statSync(picture).size / 1024)} KiB\n`,
  );
}

function terminalSize(lines) {
  const columns = Math.max(...lines.map((line) => Array.from(withoutColour(line)).length));
  return {
    width: Math.ceil(columns * CHARACTER.width) + 2 * MARGIN,
    height: lines.length * CHARACTER.height + 2 * MARGIN,
  };
}

function terminalPage(lines) {
  const { background, text, bold, dim, red } = COLOURS;
  return `<!doctype html><meta charset="utf-8"><style>
body{margin:0;padding:${MARGIN}px;background:${background};color:${text}}
pre{margin:0;font:14px/${CHARACTER.height}px 'DejaVu Sans Mono',monospace;font-variant-ligatures:none}
.b{color:${bold};font-weight:700}.d{color:${dim}}.r{color:${red}}.b .r,.r .b{color:${red}}
</style><pre>${lines.map(markup).join('\n')}</pre>`;
}

/** One line with its SGR codes as nested spans; all of them close at the end of the line. */
function markup(line) {
  let open = 0;
  const html = escaped(line).replace(SGR, (_, code) => {
    const name = { 1: 'b', 2: 'd', 31: 'r' }[code];
    if (name !== undefined) {
      open++;
      return `<span class="${name}">`;
    }
    if (open === 0) return '';
    open--;
    return '</span>';
  });
  return html + '</span>'.repeat(open);
}

function withoutColour(line) {
  return line.replace(SGR, '');
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function stop(reason) {
  process.stderr.write(`images: ${reason}\n`);
  process.exit(2);
}
