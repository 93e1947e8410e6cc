// The pages of the shipped scenarios in a real browser, against the rules for a page: `npm run bench:pages`, or with some
// scenarios, folders, or result documents (`--json`). It needs Chromium. A rule that a page breaks is printed; the last
// line counts pages and broken rules.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { renderHtml } from '../dist/library/index.js';
import { paperRules, phoneRules, wideRules } from './page-rules.mjs';
import { yamlsIn } from './scenario-files.mjs';

/** Width of A4 between its margins. Unit: px. */
const PAPER = 703;
const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PROGRAM = join(ROOT, 'dist', 'cli', 'main.js');
const BROWSER = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

if (BROWSER === undefined) {
  process.stdout.write('no Chromium on this machine: nothing is checked\n');
  process.exit(0);
}
const named = process.argv.slice(2);
const files = (named.length > 0 ? named : [join(ROOT, 'scenarios')]).flatMap(yamlsIn);
const folder = mkdtempSync(join(tmpdir(), 'faultline-pages-'));
const browser = await chromium.launch({
  executablePath: BROWSER,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
});
let [pages, broken] = [0, 0];
for (const path of files) {
  const page = path.endsWith('.json') ? rendered(path) : written(path);
  if (page === null) continue;
  pages++;
  for (const rule of await brokenRules(page)) {
    broken++;
    process.stdout.write(`${path}: ${rule}\n`);
  }
  rmSync(page);
}
await browser.close();
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`${pages} pages, ${broken} broken rules\n`);
process.exitCode = broken === 0 ? 0 : 1;

/** The page of one run of a scenario; null where the file has no run of its own. */
function written(path) {
  const args = ['run', path, '--quiet', '--replications', '1', '--format', 'html', '--out', folder];
  try {
    execFileSync(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    // A study may need options; its own tests run it.
    process.stderr.write(`${path}: not run: ${String(error.stderr).split('\n')[0]}\n`);
    return null;
  }
  return join(folder, `${basename(path, '.yaml')}.html`);
}

/** The page of a stored result. */
function rendered(path) {
  const page = join(folder, `${basename(path, '.json')}.html`);
  const result = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(page, renderHtml(result, { command: 'faultline run', version: '0' }));
  return page;
}

/** The rules that a page breaks, wide, on a phone and on paper. */
async function brokenRules(path) {
  const wide = await rulesOf(path, 1440, wideRules);
  const phone = await rulesOf(path, 390, phoneRules);
  return [...wide, ...phone, ...(await rulesOf(path, PAPER, paperRules, 'print'))];
}

/** The rules that a page breaks at a width of the window. */
async function rulesOf(path, width, rules, media = 'screen') {
  const context = await browser.newContext({ viewport: { width, height: 900 } });
  const page = await context.newPage();
  await page.emulateMedia({ media });
  const errors = [];
  page.on('pageerror', (error) => errors.push(`error: ${error}`));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) errors.push(`error: asks for ${request.url()}`);
  });
  await page.goto(`file://${path}`);
  const found = await page.evaluate(rules);
  await context.close();
  return [...found, ...errors];
}
