import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Folder, faultline, smallScenario } from './harness.js';

let folder: Folder;
/** One error in the variant `plain`: a call without a time limit. */
let unguarded: string;
/** Nothing but warnings. */
let warned: string;
beforeAll(() => {
  folder = new Folder();
  unguarded = folder.put('unguarded.yaml', smallScenario());
  warned = folder.put('warned.yaml', smallScenario().replace(/\nvariants:[^]*$/, '\n'));
});
afterAll(() => folder.remove());

describe('faultline lint', () => {
  it('ends with 1 when a finding is an error and with 0 when none is', () => {
    const { status, stdout, stderr } = faultline(['lint', 'unguarded.yaml'], { cwd: folder.path });
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toContain(
      'error call-without-time-limit services.shop.endpoints.buy.steps[1]: ' +
        'shop.buy -> bank.pay has no time limit (in variant plain)\n',
    );
    expect(stdout).toMatch(/^unguarded\.yaml: 1 error, 2 warnings, 0 hints\n\n/);
    const mild = faultline(['lint', warned]);
    expect([mild.status, mild.stderr]).toEqual([0, '']);
    expect(mild.stdout).toContain('0 errors, 2 warnings, 0 hints');
  });

  it('shows the place with a code frame, what was measured, why, and what to write', () => {
    const asked = ['lint', 'warned.yaml', '--rule', 'unbounded-queue'];
    const { stdout } = faultline(asked, { cwd: folder.path });
    expect(stdout).toBe(
      [
        'warned.yaml: 0 errors, 1 warning, 0 hints',
        '',
        'warned.yaml:13:3 warning unbounded-queue services.bank.queue.capacity: the queue of bank has no end',
        '  12 |           - { call: bank.pay, policy: { timeout: 100ms } }',
        '> 13 |   bank: { concurrency: 8, endpoints: { pay: [ wait: exponential(10ms) ] } }',
        '     |   ^^^^',
        '  measured: unlimited places in front of 8 workers; limit: a capacity, or a maxWait',
        '  why: An unbounded queue turns every overload into waiting time, which stays long after the overload has ended.',
        '  remedy: Give the queue a `capacity`, so that requests that cannot be served in time are rejected at once.',
        '    services:',
        '      bank:',
        '        queue: { capacity: 8 }',
        '',
        '',
      ].join('\n'),
    );
  });

  it('has one block for each rule where a file has more than ten findings', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k'];
    const many = `faultline: 1
title: Many
run: { duration: 20s }
defaults:
  services: { concurrency: 4, queue: { capacity: 8 }, probes: { liveness: { period: 5s } } }
services:
${names.map((name) => `  ${name}: { endpoints: { get: [ wait: 1ms ] } }`).join('\n')}
workloads:
  users: { arrivals: poisson(1/s), patience: 1s, requests: [ ${names.map((name) => `{ name: ${name}, call: ${name}.get }`).join(', ')} ] }
`;
    const path = folder.put('many.yaml', many);
    const rule = ['--rule', 'liveness-behind-requests'];
    const { stdout } = faultline(['lint', 'many.yaml', ...rule], { cwd: folder.path });
    expect(stdout.split('\n').slice(2)).toEqual([
      'many.yaml:5:65 warning liveness-behind-requests (11 findings)',
      '  a is ended when its queue is full',
      '  also: b, c, d, e, f, g, h, i, j, k',
      '  measured: a refusal; limit: an answer',
      '  why: A busy process fails its liveness probe and is killed.',
      '  write services.a.probes.liveness.usesWorkers: false',
      '',
      'Every finding with its lines: --all. One rule: --rule NAME. Data: --json FILE.',
      '',
      '',
    ]);
    const all = faultline(['lint', path, ...rule, '--all']).stdout;
    expect(all.match(/ warning liveness-behind-requests /g)).toHaveLength(11);
  });

  it('takes rules to look for, rules to leave out, and variants', () => {
    const of = (...args: string[]): number | null => faultline(['lint', unguarded, ...args]).status;
    expect(of('--rule', 'unbounded-queue')).toBe(0);
    expect(of('--rule', 'unbounded-queue,call-without-time-limit')).toBe(1);
    expect(of('--ignore', 'call-without-time-limit')).toBe(0);
    expect(of('--rule', 'call-without-time-limit', '--ignore', 'call-without-time-limit')).toBe(0);
    expect(of('--variant', 'guarded')).toBe(0);
    expect(of('--variant', 'plain')).toBe(1);
  });

  it('refuses a rule or variant it does not know', () => {
    for (const flag of ['--rule', '--ignore']) {
      const { status, stdout, stderr } = faultline(['lint', unguarded, flag, 'unbounded-queu']);
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).toContain('did you mean "unbounded-queue"?');
    }
    expect(faultline(['lint', unguarded, '--variant', 'gaurded']).status).toBe(2);
  });

  it('prints nothing but the document with --json -, and all of several files', () => {
    const { status, stdout } = faultline(['lint', unguarded, warned, '--json', '-']);
    expect(status).toBe(1);
    const { findings } = JSON.parse(stdout) as { findings: Record<string, unknown>[] };
    expect(findings.map(({ rule, file }) => [rule, file])).toEqual([
      ['call-without-time-limit', unguarded],
      ['call-without-breaker', unguarded],
      ['unbounded-queue', unguarded],
      ['call-without-breaker', warned],
      ['unbounded-queue', warned],
    ]);
    expect(Object.keys(findings[0]!).sort()).toEqual(
      'also col endCol entities file fixExample hint limit line measured message path reason rule severity variants'.split(
        ' ',
      ),
    );
    const path = folder.at('findings.json');
    expect(faultline(['lint', unguarded, warned, '--json', path]).stdout).toContain('1 error');
    expect(readFileSync(path, 'utf8')).toBe(stdout);
  });

  it('rates eight points with --checklist, for people and for programs, with the same exit code', () => {
    const asked = ['lint', 'unguarded.yaml', '--checklist', '--quiet'];
    const { status, stdout } = faultline(asked, { cwd: folder.path });
    expect(status).toBe(1);
    expect(stdout).toContain('call-without-time-limit');
    expect(stdout).toContain('unguarded.yaml: checklist\n  health checks ');
    const { stdout: json } = faultline(['lint', warned, '--checklist', '--json', '-']);
    const { findings, checklists } = JSON.parse(json) as {
      findings: unknown[];
      checklists: { file: string; points: { answer: string }[] }[];
    };
    expect([findings.length, checklists.map(({ file }) => file)]).toEqual([2, [warned]]);
    expect(checklists[0]!.points).toHaveLength(8);
    expect(Object.keys(checklists[0]!.points[0]!)).toEqual(
      'point answer have of evidence lacking'.split(' '),
    );
  });

  it('prints only errors with --quiet', () => {
    expect(faultline(['lint', warned, '--quiet']).stdout).toBe('');
    const { stdout } = faultline(['lint', unguarded, '--quiet']);
    expect(stdout).toContain('call-without-time-limit');
    expect(stdout).not.toContain('unbounded-queue');
  });

  it('ends with 2 for a wrong file and looks at the others all the same', () => {
    const wrong = folder.put(
      'wrong.yaml',
      smallScenario().replace('concurrency: 8', 'concurency: 8'),
    );
    const { status, stdout, stderr } = faultline(['lint', wrong, unguarded]);
    expect(status).toBe(2);
    expect(stderr).toContain('FL201');
    expect(stdout).toContain('1 error, 2 warnings, 0 hints');
  });
});

describe('accepted findings', () => {
  const file = (accept: string): string => `faultline: 1
title: hedging a payment
run: { duration: 20s }
services:
  a: { endpoints: { buy: [ { call: psp.charge, policy: { timeout: 1s, hedge: { after: 50ms } } } ] } }
  c: { endpoints: { buy: [ { call: psp.charge, policy: { timeout: 1s, retry: { kind: resilience4j } } } ] } }
  psp: { external: true, endpoints: { charge: [ wait: lognormal(p50=40ms p99=200ms) ] } }
workloads:
  u: { arrivals: poisson(50/s), requests: [ { name: a, call: a.buy }, { name: c, call: c.buy } ] }
${accept === '' ? '' : `lint: { accept: [ ${accept} ] }\n`}`;
  const RULES = ['--rule', 'hedge-not-idempotent,retry-not-idempotent,option-without-effect'];
  const lintOf = (accept: string): ReturnType<typeof faultline> => {
    const path = folder.put('accepted.yaml', file(accept));
    return faultline(['lint', path, ...RULES], { cwd: folder.path });
  };

  it('are errors without the entry, also where a library retries everything by default', () => {
    const { status, stdout } = lintOf('');
    expect(status).toBe(1);
    expect(stdout).toMatch(/^\S+: 2 errors, 0 warnings, 0 hints\n/);
  });

  it('are shown with their reason, and do not fail', () => {
    const { status, stdout } = lintOf(
      '{ rule: hedge-not-idempotent, of: a.buy, reason: keys of the provider }, { rule: retry-not-idempotent, reason: the same }',
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\S+: 0 errors, 0 warnings, 0 hints, 2 accepted findings\n/);
    expect(stdout).toContain('is not idempotent (keys of the provider)');
  });

  it('are reported if they accept nothing, with their place and the nearest rule', () => {
    const { status, stdout } = lintOf(
      '{ rule: hedge-not-idempotent, of: b.buy, reason: x }, { rule: retry-not-idempotnet, reason: x }',
    );
    expect(status).toBe(1);
    expect(stdout).toContain(
      ':10:19 warning option-without-effect lint.accept[0]: no finding is accepted by hedge-not-idempotent of b.buy',
    );
    expect(stdout).toContain('did you mean retry-not-idempotent?');
  });
});
