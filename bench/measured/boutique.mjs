// Online Boutique with delays that Chaos Mesh put on one pod after the other: a minute without a fault is imported, and the
// mean time of each page is predicted for the minutes with a delay.
//
// The rule. The model is what `import` makes of the spans of 17:00, unchanged. The delay of a fault is not published: it is
// read on one page in the first minute of the fault, the one with the most requests that calls the pod, as a delay of each
// call. All other pages and minutes are predicted.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { metric, simulate } from '../../dist/library/index.js';
import { grouped, percent, quantile, rowsOf } from './rows.mjs';

const SPANS = fileURLToPath(
  new URL('../../test/importing/traces/fixtures/online-boutique.zipkin.json.gz', import.meta.url),
);
const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
/** Pages by the number of their requests in the minute that is imported. */
const PAGES = ['product', 'cart', 'home', 'addToCart', 'currency', 'checkout'];
const SHOWN = PAGES.filter((page) => page !== 'currency');
/** A delay with which the number of delayed calls of a page is found. Unit: seconds. */
export const PROBE = 0.1;

/** Every row with a delay: the predicted mean beside the measured one, seconds. */
export async function boutique() {
  const imported = importedPages();
  const calm = await meansOf(imported, null);
  const rows = rowsOf('online-boutique.csv').filter(({ fault }) => fault !== 'none');
  const all = [];
  for (const [target, group] of grouped(rows, ({ target }) => target)) {
    const probed = await meansOf(imported, { target, seconds: PROBE });
    const calls = (page) => (probed[page] - calm[page]) / PROBE;
    const [first] = group
      .filter(({ minute, page }) => minute === group[0].minute && calls(page) > 0.5)
      .toSorted((a, b) => b.requests - a.requests);
    const seconds = (first['mean ms'] / 1e3 - calm[first.page]) / calls(first.page);
    const found = await meansOf(imported, { target, seconds });
    for (const row of group) {
      const measured = row['mean ms'] / 1e3;
      const { minute, page, requests } = row;
      const predicted = found[page];
      const error = predicted / measured - 1;
      all.push({
        ...{ target, seconds, minute, page, requests, calls: calls(page) },
        ...{ measured, predicted, error, isFitted: row === first },
      });
    }
  }
  return all;
}

/** What `import` writes, with an endpoint for each page instead of a step that chooses one, so that each has its own times. */
export function importedPages() {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-boutique-'));
  try {
    const out = join(folder, 'boutique.yaml');
    execFileSync(process.execPath, [CLI, 'import', SPANS, '--out', out, '--quiet']);
    const scenario = parse(readFileSync(out, 'utf8'));
    const { frontend } = scenario.services;
    const [[{ choose }]] = Object.values(frontend.endpoints).map(({ steps }) => steps);
    frontend.endpoints = Object.fromEntries(choose.map(({ steps }, k) => [PAGES[k], { steps }]));
    scenario.workloads.users.requests = choose.map(({ weight }, k) => ({
      ...{ name: PAGES[k], call: `frontend.${PAGES[k]}`, weight },
    }));
    scenario.run = { duration: '240s', warmup: '10s', seed: 1 };
    return scenario;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Mean time of each page, seconds. */
export async function meansOf(imported, delay) {
  const faults =
    delay === null
      ? []
      : [
          {
            ...{ id: 'delay', kind: 'latency', target: `all->${delay.target}`, direction: 'to' },
            ...{ add: `${(1e6 * delay.seconds).toFixed(0)}us`, at: '0s', for: 'none' },
          },
        ];
  const result = await simulate(stringify({ ...imported, faults }));
  return Object.fromEntries(
    SHOWN.map((page) => [page, metric(result, `users.${page}.latency.mean`).value]),
  );
}

/** Lines of a table: one for each row. */
export function boutiqueTable(rows) {
  const ms = (seconds) => `${(1e3 * seconds).toFixed(0)} ms`;
  const lines = rows.map(
    ({ target, seconds, minute, page, requests, calls, measured, predicted, error, isFitted }) =>
      `| ${target} | ${ms(seconds)} | ${minute} | ${page} | ${calls.toFixed(1)} | ${requests} | ${ms(predicted)} | ${ms(measured)} | ${isFitted ? 'gives the delay' : percent(error)} |`,
  );
  return [
    '| delayed pod | delay | minute | page | calls delayed | requests | mean predicted | measured | error |',
    '|---|---|---|---|---|---|---|---|---|',
    ...lines,
  ];
}

/** Errors of the predicted rows: those of pages that call the pod, and those of all pages. */
export function boutiqueLines(rows) {
  const predicted = rows.filter(({ isFitted }) => !isFitted);
  const size = (list, share) => percent(quantile(list.map(Math.abs), share), false);
  const line = (name, list) => {
    const errors = list.map(({ error }) => error);
    const within = errors.filter((error) => Math.abs(error) <= 0.15).length;
    return `${name}: ${within} of ${errors.length} within 15 %, median ${size(errors, 0.5)}, largest ${size(errors, 1)}.`;
  };
  return [
    line(
      'Pages that call the delayed pod',
      predicted.filter(({ calls }) => calls > 0.5),
    ),
    line('All pages', predicted),
  ];
}
