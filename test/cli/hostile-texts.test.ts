import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectHarmless, expectVisible, WRITABLE } from '../support/hostile-text.js';
import { faultline, Folder, NO_PROOFS, smallScenario } from './harness.js';

const FREE_TEXT_LENGTH = 10_000;

/** A scenario with the text in every field that takes any text. */
function hostileScenario(): object {
  const text = { title: WRITABLE, description: WRITABLE };
  return {
    faultline: 1,
    ...text,
    tags: [WRITABLE],
    run: { duration: '6s', seed: 7, replications: 2 },
    services: {
      shop: {
        ...text,
        labels: { owner: WRITABLE },
        queue: { capacity: 4 },
        concurrency: 1,
        endpoints: {
          buy: [{ call: 'bank.pay', policy: { retry: { attempts: 3 } } }],
        },
      },
      bank: { ...text, endpoints: { pay: { ...text, steps: [{ work: '4ms' }] } } },
    },
    gateways: {
      door: {
        ...text,
        middleware: [{ authorize: { reject: '10%', when: { header: { role: WRITABLE } } } }],
        routes: [
          { name: 'own', match: { headers: { tenant: WRITABLE } }, to: 'shop.buy' },
          { name: 'rest', match: { path: '/*' }, to: 'shop.buy' },
        ],
      },
    },
    workloads: {
      users: {
        ...text,
        arrivals: 'poisson(100/s)',
        requests: [{ name: 'buy', call: 'door', path: '/', headers: { tenant: WRITABLE } }],
      },
    },
    faults: [{ id: 'slow', kind: 'slow', target: 'bank', factor: 9, at: '2s', for: '2s', ...text }],
    variants: [
      { name: 'plain', ...text },
      { name: 'other', ...text, set: { 'services.bank.description': WRITABLE } },
    ],
    budgets: [
      { expect: 'users.success >= 100%', name: WRITABLE },
      { expect: 'users.latency.p99\n  < 1ms', name: WRITABLE, severity: 'warning' },
    ],
    hypothesis: {
      statement: WRITABLE,
      expect: [{ expect: 'users.success >= 100%', name: WRITABLE }],
    },
    lint: { accept: [{ rule: 'retry-not-idempotent', reason: WRITABLE }] },
    alerts: {
      rules: { crowd: { when: 'users.success < 100%', severity: WRITABLE } },
      groups: [
        {
          name: 'own',
          rules: [
            { record: 'all', expr: 'sum(rate(user_requests_total[1m]))' },
            {
              alert: WRITABLE,
              expr: 'all >= 0',
              labels: { severity: WRITABLE },
              annotations: { summary: WRITABLE },
            },
          ],
        },
      ],
    },
    sweeps: { edge: { set: { 'workloads.users.arrivals.rate': ['50/s', '90/s'] } } },
  };
}

const folder = new Folder();
let file = '';
beforeAll(() => {
  file = folder.put('hostile.json.yaml', JSON.stringify(hostileScenario()));
});
afterAll(() => folder.remove());

/** Both streams: a CI system reads commands from both. */
function printed(args: readonly string[]): string {
  const { stdout, stderr, status } = faultline(args, { cwd: folder.path });
  expect(stderr, args.join(' ')).not.toContain('internal error');
  expect([0, 1], `${args.join(' ')}: ${stderr}`).toContain(status);
  return stdout + stderr;
}

describe('texts of a scenario that try to be commands and verdicts', () => {
  it.each([
    ['run', '--format', 'csv', NO_PROOFS],
    ['compare'],
    ['check', NO_PROOFS],
    ['check', NO_PROOFS, '--quiet', '--markdown', '-'],
    ['check', NO_PROOFS, '--quiet', '--junit', '-'],
    ['story', NO_PROOFS],
    ['story', NO_PROOFS, '--markdown'],
    ['sweep', 'edge', '--out', 'sweeps', '--workers', '1'],
    ['explore', '--budget', 'users.success >= 10%', '--replications', '1'],
    ['validate'],
    ['lint'],
    ['explain'],
    ['graph', '--format', 'mermaid'],
    ['graph', '--format', 'dot'],
    ['graph', '--format', 'svg'],
  ])('are harmless in %s %s %s %s', (command, ...flags) => {
    const own = flags.filter((flag) => flag !== undefined);
    const [first, ...others] = own;
    const args = first === 'edge' ? [file, first, ...others] : [file, ...own];
    expectHarmless(printed([command, ...args]), `${command} ${own.join(' ')}`);
  });

  it('are harmless in an option, and where something is wrong', () => {
    const change = `services.shop.description=${JSON.stringify(WRITABLE)}`;
    expectHarmless(printed(['lint', file, '--set', change]), '--set');
    const wrong = { ...hostileScenario(), [WRITABLE]: 1, run: { duration: WRITABLE } };
    const path = folder.put('wrong.yaml', JSON.stringify(wrong));
    const { stderr, status } = faultline(['validate', path]);
    expect(status).toBe(2);
    expectHarmless(stderr, 'diagnostics');
    const named = faultline(['run', file, '--variant', WRITABLE]);
    expect(named.status).toBe(2);
    expectVisible(named.stderr, '--variant');
  });

  it('are disarmed at the beginning of a line as docs/ci.md shows it', () => {
    const page = readFileSync(new URL('../../docs/ci.md', import.meta.url), 'utf8');
    const [, title, shown] =
      /title: "([^"]+)"[^\n]+faultline story -\n(.+)\n/u.exec(page) ?? expect.fail('not shown');
    const path = folder.put('title.yaml', smallScenario().replace('Small', JSON.stringify(title)));
    expect(faultline(['story', path, NO_PROOFS]).stdout.split('\n')[0]).toBe(shown);
  });

  it('are in every field of the language that takes any text', () => {
    const schema = new URL('../../schema/scenario.schema.json', import.meta.url);
    const fields = new Set<string>();
    collect(JSON.parse(readFileSync(schema, 'utf8')), '', fields);
    expect([...fields].sort()).toEqual(FIELDS);
    const text = readFileSync(file, 'utf8');
    for (const field of FIELDS) expect(text, field).toContain(`"${field}":`);
  });
});

const FIELDS = [
  'alert',
  'annotations',
  'description',
  'header',
  'headers',
  'labels',
  'name',
  'reason',
  'record',
  'severity',
  'statement',
  'tags',
  'title',
];

/** Names of the fields whose values, entries or items are free texts. */
function collect(schema: unknown, field: string, into: Set<string>): void {
  if (typeof schema !== 'object' || schema === null) return;
  if ((schema as { maxLength?: unknown }).maxLength === FREE_TEXT_LENGTH)
    into.add(field.replace(/\d+$/u, ''));
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties' || key === 'definitions') {
      for (const [name, own] of Object.entries(value as object)) collect(own, name, into);
    } else collect(value, field, into);
  }
}
