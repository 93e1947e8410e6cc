import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { renderHtml } from '../../src/report/html.js';
import { run } from '../theory/program.js';
import { PAGE } from '../support/page.js';

it('shows who was refused by a queue, who waited for it, and how long nobody led it', () => {
  // Classic: its node is away for 20 of 60 s, and fifty messages a second are refused.
  const { result } = run(readFileSync('scenarios/patterns/queue-quorum.yaml', 'utf8'));
  const page = renderHtml(result, PAGE);
  const table = page.slice(page.indexOf('Messages: whole run'), page.indexOf('id="services"'));
  const classic = /classic(<[^>]+>|\s)*1,999.*?<\/tr>/s.exec(table)![0];
  expect(table).toMatch(/Refused.*Blocked at once.*Away/s);
  expect(classic).toContain('1,000');
  expect(classic).toContain('33.3');
  // The nodes of the broker answer nobody.
  expect(page).not.toContain('rabbit: arrivals and successful answers');
});
