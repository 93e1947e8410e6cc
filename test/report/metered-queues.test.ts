import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { renderHtml } from '../../src/report/page/html.js';
import { run } from '../theory/program.js';
import { PAGE } from '../support/page.js';

it('shows requests refused by a queue, their waits, and how long it had no leader', () => {
  // Classic: its node is away for 20 of 60 s, and fifty messages a second are refused.
  const { result } = run(readFileSync('scenarios/patterns/queue-quorum.yaml', 'utf8'));
  const page = renderHtml(result, PAGE);
  const table = page.slice(
    page.indexOf('Messages: whole run'),
    page.indexOf('</section>', page.indexOf('Messages: whole run')),
  );
  const classic = /classic(<[^>]+>|\s)*1,999.*?(?=<tr>)/s.exec(table)![0];
  expect(table).toMatch(/Refused.*Blocked at once.*Away/s);
  expect(classic).toContain('1,000');
  expect(classic).toContain('33.3');
  // The nodes of the broker serve no requests.
  expect(page).not.toContain('rabbit: arrivals and successful answers');
});

it('shows how long the alarm of a broker blocks all publishers', () => {
  // Shared: 10 MiB are full after 5 s of the fault, and drained soon after its end at 40 s.
  const { result } = run(readFileSync('scenarios/patterns/memory-alarm.yaml', 'utf8'));
  const [shared, bounded] = result.variants.map(
    ({ metered }) => metered['rabbit']!.meters['alarmed']!,
  );
  const page = renderHtml(result, PAGE);
  const table = page.slice(page.indexOf('Brokers under a memory alarm: whole run'));
  const rows = table.slice(0, table.indexOf('</table>'));
  expect(shared).toMatchObject({ form: 'gauge', max: 1 });
  expect(bounded).toMatchObject({ form: 'gauge', max: 0 });
  const share = shared?.form === 'gauge' ? (100 * shared.mean!).toFixed(1) : '';
  expect(share).toBe('45.0');
  expect(rows).toMatch(/Under an alarm.*rabbit.*shared.*<td>45.%.*spare.*apart.*<td>45.%/s);
  expect(rows).not.toContain('bounded');
  expect(page).toContain('share of the time in which publishers are blocked');
  expect(page).toContain('rabbit takes no messages for 45\u202f% of the time in shared');
});
