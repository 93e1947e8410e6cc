// The pages of the shipped scenarios in a real browser, against the rules for a page: `npm run bench:pages`, or with some
// files. It needs Chromium. A rule that a page breaks is printed; the last line counts pages and broken rules.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PROGRAM = join(ROOT, 'dist', 'cli', 'main.js');
const BROWSER = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
/** A page begins with its picture: pixels from its top on a wide screen. */
const FIRST_CHART = 700;
/** Words of an answer. */
const WORDS = 22;

if (BROWSER === undefined) {
  process.stdout.write('no Chromium on this machine: nothing is checked\n');
  process.exit(0);
}
const files = process.argv.slice(2);
const scenarios = (files.length > 0 ? files : [join(ROOT, 'scenarios')]).flatMap(yamlsIn);
const folder = mkdtempSync(join(tmpdir(), 'faultline-pages-'));
const browser = await chromium.launch({
  executablePath: BROWSER,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
});
let [pages, broken] = [0, 0];
for (const path of scenarios) {
  const page = written(path);
  if (page === null) continue;
  pages++;
  for (const rule of [...(await wideRules(page)), ...(await phoneRules(page))]) {
    broken++;
    process.stdout.write(`${path}: ${rule}\n`);
  }
}
await browser.close();
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`${pages} pages, ${broken} broken rules\n`);
process.exitCode = broken === 0 ? 0 : 1;

function yamlsIn(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => {
      const inner = join(path, name);
      return statSync(inner).isDirectory() || name.endsWith('.yaml') ? yamlsIn(inner) : [];
    });
}

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

async function wideRules(path) {
  const { page, errors } = await opened(path, 1440);
  const found = await page.evaluate(
    ({ FIRST_CHART, WORDS }) => {
      const rules = [];
      const chart = document.querySelector('.strips .tc');
      if (chart === null) rules.push('it has no strip');
      else if (chart.getBoundingClientRect().top > FIRST_CHART)
        rules.push(`its first chart begins at ${Math.round(chart.getBoundingClientRect().top)} px`);
      for (const answer of document.querySelectorAll('.answer dd')) {
        const count = answer.textContent.split(/\s+/).filter((word) => /[\p{L}\d]/u.test(word));
        if (count.length > WORDS) rules.push(`${count.length} words: ${answer.textContent.trim()}`);
      }
      for (const frame of document.querySelectorAll('.scroll'))
        if (frame.clientWidth > 0 && frame.scrollWidth > frame.clientWidth + 1)
          rules.push(`cut: ${frame.getAttribute('aria-label')}`);
      for (const section of document.querySelectorAll('section')) section.classList.remove('off');
      for (const heading of document.querySelectorAll('section h2')) {
        const panel = heading.closest('.only') ?? heading.closest('section');
        if (panel.getBoundingClientRect().width === 0) continue;
        const shown = [...panel.querySelectorAll('svg, table, pre, dl')].some(
          (one) => one.closest('details:not([open])') === null,
        );
        if (!shown) rules.push(`no evidence below: ${heading.textContent}`);
        const name = heading.querySelector('.of')?.textContent ?? '';
        const words = heading.textContent.replace(name, '');
        const under = panel.textContent.replace(heading.textContent, '');
        const labels = [...panel.querySelectorAll('[aria-label], desc, title')]
          .map((one) => one.getAttribute('aria-label') ?? one.textContent)
          .join(' ');
        const texts = `${under} ${labels}`.replace(/\s+/g, ' ');
        for (const [figure] of words
          .replace(/\s+/g, ' ')
          .matchAll(/(?<![\w.-])\d[\d,.]*\d? (?:%|ms|s|min)(?!\w)|\d[\d,.]*\/s/g))
          // A quantile has its name in tables.
          if (!/^(?:50|90|95|99|99\.9) %$/.test(figure) && !texts.includes(figure))
            rules.push(`${figure} only in its heading: ${words.trim()}`);
      }
      return rules;
    },
    { FIRST_CHART, WORDS },
  );
  await page.context().close();
  return [...found, ...errors.map((text) => `error: ${text}`)];
}

async function phoneRules(path) {
  const { page, errors } = await opened(path, 390);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  await page.context().close();
  return [
    ...(wide > 391 ? [`${wide} px wide on a phone`] : []),
    ...errors.map((text) => `error: ${text}`),
  ];
}

async function opened(path, width) {
  const context = await browser.newContext({ viewport: { width, height: 900 } });
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) errors.push(`asks for ${request.url()}`);
  });
  await page.goto(`file://${path}`);
  return { page, errors };
}
