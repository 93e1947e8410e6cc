import { expect, it } from 'vitest';
import { viewOf } from '../../src/report/view/view.js';
import { cellText, outcomeColumns } from '../../src/report/view/columns.js';
import { renderHtml } from '../../src/report/page/html.js';
import { summaryText } from '../../src/report/text/text.js';
import { run } from '../theory/program.js';

/** A primary is down from 20 to 50 s, and its replica takes over after 10 s. */
const { result } = run(`
faultline: 1
title: a failover
run: { duration: 80s, warmup: 5s, seed: 3, timeline: 1s }
services: { shop: { endpoints: { get: [ query: db.put ] } } }
databases:
  db: { kind: postgres, replicas: { count: 1, lag: 500ms }, failover: { detect: 8s, promote: 2s }, operations: { put: { wait: 1ms, write: true } } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: shop.get } ] } }
faults: [ { id: dies, kind: crash, target: 'db[0]', at: 20s, for: 30s } ]
`);

it('a recovery while the fault lasts is no 0 s, in any table', () => {
  const view = viewOf(result);
  const [variant] = view.result.variants;
  expect(variant!.summary.recovery.value).toBe(0);
  const column = outcomeColumns(view).find(({ key }) => key === 'recovery')!;
  expect(cellText(column, variant!)).toBe('during fault');
  const page = renderHtml(result, { command: 'faultline run a.yaml', version: '0' });
  expect(page.slice(page.indexOf('Times of each fault'))).toMatch(/^[^]{0,900}<td>during fault/u);
  expect(page).toMatch(/data-of="Recovery">\s*during fault/u);
  const paint = { bold: String, dim: String, red: String };
  const text = summaryText(result, {
    columns: 120,
    paint,
    file: 'a.yaml',
    wall: null,
    report: null,
  });
  expect(text).toMatch(/recovery[^]*during fault/u);
});
