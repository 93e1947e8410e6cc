import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExploreResult } from '../../src/contracts/result/explore.js';
import { Folder, faultline, smallScenario } from './harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

const PAIR = 'scenarios/patterns/hidden-pair.yaml';

/** What `explore` finds: the words of the faults of each set. */
function found(args: readonly string[]): {
  readonly sets: readonly string[];
  readonly result: ExploreResult;
} {
  const json = folder.at('sets.json');
  const { status, stderr } = faultline(['explore', ...args, '--quiet', '--json', json]);
  expect([status, stderr]).toEqual([0, '']);
  const result = JSON.parse(readFileSync(json, 'utf8')) as ExploreResult;
  const sets = result.explored.flatMap((one) =>
    one.sets.map(({ faults }) => faults.map(({ words }) => words).join(' + ')),
  );
  return { sets, result };
}

describe('explore', () => {
  it('finds the pair that the topology hides, and none where it has been repaired', () => {
    const args = [PAIR, '--replications', '1', '--faults', 'down,instance'];
    const { sets, result } = found([...args, '--variant', 'provider-only,one-token']);
    // Each instance of tokens serves 200/s: the standby needs 300/s, or 100/s where it asks for one token.
    expect(sets).toEqual([
      'shop is down',
      'tokens is down',
      'psp is down + standby is down',
      'psp is down + 1 of 2 instances of tokens is down',
      'shop is down',
      'tokens is down',
      'psp is down + standby is down',
    ]);
    const [today] = result.explored;
    expect(today!.latent).toEqual(['standby']);
    expect(today!.span).toEqual({ from: 20, until: 40 });
    expect(today!.tried).toEqual([
      { size: 1, tried: 4, broken: 2, superset: 0, redundant: 1 },
      { size: 2, tried: 2, broken: 2, superset: 6, redundant: 1 },
    ]);
    // Half of tokens and the standby: with half of tokens nothing uses the standby.
    // The runs without faults, six sets, and one run for each of the four sentences.
    expect(today!.runs).toBe(1 + 6 + 4);
    expect(today!.sets[3]!.faults.map(({ yaml }) => yaml)).toEqual([
      '- { id: psp-down, kind: crash, target: psp, at: 20s, for: 20s }',
      '- { id: tokens-instance, kind: crash, target: tokens, instances: 1, at: 20s, for: 20s }',
    ]);
  });

  it('says that a slow network delays each message: a call waits for two', () => {
    const { sets } = found([
      'scenarios/first.yaml',
      '--replications',
      '1',
      '--faults',
      'latency=1s',
    ]);
    expect(sets).toEqual(['shop->payments: each message takes 1s longer']);
  });

  it('prints a fault of a whole database so that it means all of its nodes again', () => {
    const text = smallScenario(['people.success >= 99%'])
      .replace('- { call: bank.pay, policy: { timeout: 100ms } }', '- query: db.read')
      .replace(/  bank:.*\n/, '')
      .replace(/variants:[^]*budgets/, 'budgets')
      .replace(/faults:\n.*\n/, '')
      .replace(
        'workloads:',
        'databases: { db: { replicas: 1, operations: { read: 1ms } } }\nworkloads:',
      );
    const path = folder.put('replicated.yaml', text);
    const { result } = found([path, '--replications', '1', '--faults', 'down', '--size', '1']);
    const yaml = result.explored.flatMap(({ sets }) =>
      sets.flatMap(({ faults }) => faults.map((one) => one.yaml)),
    );
    expect(yaml.find((one) => one.includes('target: db'))).toContain('target: db, role: all,');
    // Beside the note on a crash that does not say so.
    const crash = 'faults: [ { id: dies, kind: crash, target: db, at: 5s, for: 5s } ]\nworkloads:';
    const noted = folder.put('noted.yaml', text.replace('workloads:', crash));
    expect(faultline(['validate', noted]).stdout).toContain(
      '\n  note: crash dies affects the primary of db: `role: all` affects all 2 nodes\n',
    );
    const role = folder.put(
      'role.yaml',
      text.replace('workloads:', crash.replace('db,', 'db, role: all,')),
    );
    expect(faultline(['validate', role]).stdout).not.toContain('note:');
  });

  it('gives the same document each time, whatever the number of threads', () => {
    const args = [PAIR, '--replications', '1', '--faults', 'down', '--size', '1'];
    expect(found([...args, '--workers', '2']).result).toEqual(found(args).result);
  });

  it('says which budgets are broken without any fault', () => {
    const path = folder.put('broken.yaml', smallScenario(['people.latency.p50 < 1ms']));
    const { status, stdout } = faultline(['explore', path, '--quiet']);
    expect(status).toBe(0);
    expect(stdout).toContain('plain: no set was tried');
    expect(stdout).toMatch(/people\.latency\.p50 < 1ms: \d/);
  });

  it('tries a broker, to which no calls lead', () => {
    const path = 'scenarios/patterns/queue-quorum.yaml';
    const args = [path, '--replications', '1', '--faults', 'down,instance', '--size', '1'];
    const { result } = found(args);
    expect(result.explored[0]!.places).toContain('rabbit');
    expect(result.explored[0]!.unused).toEqual([]);
  });

  it('says that nothing was found, and what was tried', () => {
    const path = folder.put('calm.yaml', smallScenario(['people.success >= 1%']));
    const { stdout } = faultline(['explore', path, '--quiet', '--faults', 'slow=2']);
    expect(stdout).toContain('plain: no set of faults that was tried breaks a budget');
    expect(stdout).toContain('Tried without the faults of the file, from 8 to 12 s: slow=2');
  });

  it('reads `during` of a fault of the file as the time of the set', () => {
    const path = folder.put(
      'during.yaml',
      smallScenario(['people.success >= 50% during bank-hang']),
    );
    const { sets } = found([path, '--faults', 'down', '--size', '1']);
    expect([...sets].sort()).toEqual(['bank is down', 'shop is down']);
  });

  it('keeps to --budget, --at and --for', () => {
    const path = folder.put('calm.yaml', smallScenario());
    const args = ['--faults', 'down', '--at', '4s', '--for', '2s', '--size', '1'];
    const { result } = found([path, ...args, '--budget', 'people.success >= 99%']);
    expect(result.explored[0]!.span).toEqual({ from: 4, until: 6 });
    expect(result.explored[0]!.sets.length).toBe(2);
  });

  it.each([
    [[], 'no budget says what variant plain must hold'],
    [['--budget', 'people.sucess >= 99%'], '--budget #1'],
    [['--budget', 'people.success >= 99%', '--at', '30s'], 'the faults begin after the run'],
    [['--faults', 'downn'], "'downn' is none of down, instance"],
    [['--faults', 'slow=fast'], 'slow=fast: expected a value such as 10'],
    [['--faults', 'down,down'], 'down is listed twice'],
    [['--faults', 'down=3'], 'down has no strength'],
    [['--size', '4'], 'a whole number from 1 to 3'],
    [['--at', 'soon'], 'a duration is expected'],
  ])('refuses %j with a remedy', (flags, message) => {
    const path = folder.put('calm.yaml', smallScenario());
    const { status, stdout, stderr } = faultline(['explore', path, ...flags]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  it('leaves budgets out that need another variant', () => {
    const budget = 'people.success >= 100% of guarded in plain';
    const path = folder.put('other.yaml', smallScenario([budget, 'people.success >= 1%']));
    const { result } = found([path, '--faults', 'down', '--size', '1']);
    expect(result.explored[0]!.leftOut).toEqual([
      { text: budget, why: 'it compares two variants' },
    ]);
  });

  it('stops at --max-runs and says so', () => {
    const path = folder.put('calm.yaml', smallScenario(['people.success >= 1%']));
    const { stdout } = faultline(['explore', path, '--quiet', '--max-runs', '6']);
    expect(stdout).toContain('Left untried by --max-runs: at least');
  });
});
