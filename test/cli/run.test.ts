import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  watch,
} from 'node:fs';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../src/contracts/result/result.js';
import { run as runModules } from '../theory/program.js';
import {
  ESCAPE,
  Folder,
  NO_PROOFS,
  faultline,
  faultlineProcess,
  smallScenario,
  start,
} from './harness.js';

let folder: Folder;
let scenario: string;
beforeAll(() => {
  folder = new Folder();
  scenario = folder.put('small.yaml', smallScenario(['people.success >= 10%']));
});
afterAll(() => folder.remove());

describe('faultline run', () => {
  it('simulates in threads of one file each, which give the digests of the modules they are made of', () => {
    for (const thread of ['run/worker.js', 'cli/trace-worker.js']) {
      const text = readFileSync(new URL(`../../dist/${thread}`, import.meta.url), 'utf8');
      expect(text).not.toMatch(/(from|import) *\(? *['"]\./);
    }
    const args = ['run', scenario, NO_PROOFS, '--json', '-', '--out', folder.at('thread')];
    const { stdout } = faultlineProcess(args);
    const { result } = runModules(readFileSync(scenario, 'utf8'));
    const digests = ({ digest, variants }: Result): unknown => [
      digest,
      variants.map(({ perReplication }) => perReplication.map((one) => one.digest)),
    ];
    expect(digests(JSON.parse(stdout) as Result)).toEqual(digests(result));
  });

  it('writes the report, prints the table, and says on standard error how long it took', () => {
    const out = folder.at('full');
    const { status, stdout, stderr } = faultline(['run', scenario, '--out', out]);
    expect([status, stdout.includes('guarded')]).toEqual([0, true]);
    expect(stderr).toMatch(
      /simulated 2 variants x 2 replications in [\d.]+ [mµ]?s; report in [\d.]+ [mµ]?s/,
    );
    const written = readdirSync(out, { recursive: true }).map(String);
    expect(written.filter((name) => name.endsWith('.html'))).toHaveLength(1);
    expect(written.some((name) => name.endsWith('.svg'))).toBe(true);
    expect(stdout + stderr).not.toContain(ESCAPE);
    expect(stdout + stderr).not.toContain('\r');
  });

  it('writes only the formats that are asked for', () => {
    const out = folder.at('formats');
    expect(
      faultline(['run', scenario, NO_PROOFS, '--out', out, '--format', 'md,csv,json']).status,
    ).toBe(0);
    const endings = readdirSync(out, { recursive: true }).map((name) =>
      String(name).split('.').at(-1),
    );
    expect([...new Set(endings)].filter((ending) => ending !== undefined).sort()).toEqual(
      expect.arrayContaining(['csv', 'json', 'md']),
    );
    expect(endings).not.toContain('html');
    expect(endings).not.toContain('svg');
  });

  it('prints nothing but the result document with --json -', () => {
    const { status, stdout } = run('--json', '-', '--out', folder.at('json'));
    expect(status).toBe(0);
    const result = JSON.parse(stdout) as Result;
    expect(result.faultline).toBe(1);
    expect(result.variants.map(({ name }) => name)).toEqual(['plain', 'guarded']);
    expect(stdout.endsWith('}\n')).toBe(true);
  });

  it('gives the same bytes with any number of workers, quiet or not, audited or not, and twice', () => {
    const documents = [['1'], ['2'], ['3', '--quiet'], ['2'], ['1', '--audit']].map(
      ([workers, ...more]) => {
        const path = folder.at(`result-${workers}.json`);
        const out = folder.at(`report-${workers}`);
        const flags = ['--workers', workers!, '--json', path, '--out', out, '--format', 'html'];
        const program = workers === '3' ? faultlineProcess : faultline;
        // causes.test.ts compares the runs that prove causes.
        expect(program(['run', scenario, NO_PROOFS, ...flags, ...more]).status).toBe(0);
        const pages = readdirSync(out).filter((name) => name.endsWith('.html'));
        return (
          readFileSync(path, 'utf8') +
          pages.map((name) => readFileSync(`${out}/${name}`, 'utf8')).join()
        );
      },
    );
    expect(new Set(documents).size).toBe(1);
  });

  it('runs only the chosen variants, with another seed and other replications', () => {
    const { stdout } = run(
      '--variant',
      'guarded',
      '--seed',
      '8',
      '--replications',
      '3',
      '--json',
      '-',
    );
    const result = JSON.parse(stdout) as Result;
    expect(result.variants.map(({ name }) => name)).toEqual(['guarded']);
    expect([result.seed, result.replications]).toEqual([8, 3]);
    expect(run('--variant', 'gaurded').stderr).toContain('did you mean "guarded"?');
  });

  it('writes every request and attempt as JSON lines, and the same result', () => {
    const plain = run('--json', '-', '--out', folder.at('t1')).stdout;
    const path = folder.at('traces.jsonl');
    const traced = run('--json', '-', '--out', folder.at('t2'), '--traces', path).stdout;
    expect(traced).toBe(plain);
    const rows = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const result = JSON.parse(plain) as Result;
    const roots = rows.filter((row) => row.parent === null && row.called >= 0);
    // Requests that were still under way at the end have no row.
    const arrived = result.variants.flatMap(({ perReplication }) =>
      perReplication.map(({ requests, unfinished }) => requests - unfinished),
    );
    expect(roots.length).toBe(arrived.reduce((sum, count) => sum + count, 0));
    expect(new Set(rows.map((row) => row.variant))).toEqual(new Set(['plain', 'guarded']));
  });

  it('refuses before the run what it could not write', () => {
    const file = folder.put('file', '');
    symlinkSync(file, folder.at('link'));
    mkdirSync(folder.at('directory'));
    const wrong = [
      ['--out', file],
      ['--out', `${file}/below`],
      ['--json', folder.at('directory')],
      ['--json', folder.at('link')],
      ['--traces', `${file}/traces`],
    ];
    for (const flags of wrong) {
      const { status, stdout, stderr } = run(...flags);
      expect([flags, status, stdout]).toEqual([flags, 2, '']);
      expect(stderr).toMatch(/^faultline: cannot write/);
      expect(stderr).not.toContain('simulated');
    }
  });

  it.skipIf(process.getuid?.() === 0)('refuses a directory without permission', () => {
    mkdirSync(folder.at('locked'));
    chmodSync(folder.at('locked'), 0o500);
    const { status, stderr } = run('--out', folder.at('locked/reports'));
    expect([status, stderr.includes('permission denied')]).toEqual([2, true]);
  });

  it.skipIf(!existsSync('/proc/self'))('refuses before the run where no file can be made', () => {
    const { status, stdout, stderr } = run('--out', '/proc/reports');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^faultline: cannot write to \/proc: /);
  });

  it('ends with exit code 3 if the device is full, with all that could be reported and written', () => {
    const out = folder.at('full-device');
    const { status, stdout, stderr } = run('--json', '/dev/full', '--out', out);
    expect([status, stdout.includes('guarded')]).toEqual([3, true]);
    expect(stderr).toContain('cannot write /dev/full: no space left on the device');
    expect(readdirSync(out)).toEqual(['small.json']);
  });

  it('prints the table where the report finds no place any more', () => {
    const out = folder.at('taken');
    mkdirSync(`${out}/small.json`, { recursive: true });
    const { status, stdout, stderr } = run('--out', out, '--json', folder.at('taken.json'));
    expect([status, stdout.includes('guarded')]).toEqual([2, true]);
    expect(stderr).toContain(`cannot write ${out}/small.json: is a directory`);
    expect(existsSync(folder.at('taken.json'))).toBe(true);
  });

  it('refuses one result file for several scenarios', () => {
    const { status, stderr } = faultline([
      'run',
      scenario,
      scenario,
      '--json',
      folder.at('two.json'),
    ]);
    expect(status).toBe(2);
    expect(stderr).toContain('one scenario');
  });

  it('is quiet when asked to be', () => {
    const { status, stdout, stderr } = run('--quiet', '--out', folder.at('quiet'));
    expect([status, stdout, stderr]).toEqual([0, '', '']);
  });

  it('stops a run that goes over its events with exit code 4 and reports nothing', () => {
    // 1,100 requests of at least ten events each.
    const text = smallScenario().replace('seed: 7', 'seed: 7, maxEvents: 5000');
    const path = folder.put('guard.yaml', text);
    const out = folder.at('guard');
    for (const workers of ['1', '2']) {
      const { status, stdout, stderr } = faultline([
        'run',
        path,
        '--out',
        out,
        '--workers',
        workers,
      ]);
      expect([status, stdout, existsSync(out)]).toEqual([4, '', false]);
      expect(stderr).toContain('run.maxEvents');
      expect(stderr).toContain('variant plain, seed 7, replication 0');
      expect(stderr).toMatch(/5000 events; busiest edge people\.buy->shop\.buy with \d+ attempts/);
    }
  });

  it('stops a million events at one instant with exit code 4', () => {
    const loop = 'pay: [ loop: { times: 1000000, steps: [ wait: 0ms ] } ]';
    const text = smallScenario().replace('pay: [ wait: exponential(10ms) ]', loop);
    const path = folder.put('instant.yaml', text);
    const { status, stdout, stderr } = faultline(['run', path, '--out', folder.at('instant')]);
    expect([status, stdout, existsSync(folder.at('instant'))]).toEqual([4, '', false]);
    expect(stderr).toContain('a million events happened at one instant');
    expect(stderr).toContain('goes round without taking time');
    expect(stderr).toContain('bank.pay');
  });

  it('stops a loop that takes no time at all, which makes no event, with exit code 4', () => {
    for (const steps of [
      '{ work: 0ms, times: 2000000000 }',
      'loop: { times: 2000000000, steps: [] }',
    ]) {
      const text = smallScenario().replace('pay: [ wait: exponential(10ms) ]', `pay: [ ${steps} ]`);
      const path = folder.put('timeless.yaml', text);
      const { status, stderr } = faultline(['run', path, '--out', folder.at('timeless')]);
      expect([steps, status]).toEqual([steps, 4]);
      expect(stderr).toContain('a loop of bank.pay');
      expect(stderr).toContain('goes round without taking time');
    }
  });

  it('reports errors that only a plan shows at their place, for all variants at once', () => {
    const moved = smallScenario().replace(
      '{ id: bank-hang, kind: hang, target: bank,',
      '{ id: aside, kind: partition, between: [people, bank],',
    );
    const path = folder.put('aside.yaml', moved);
    const { status, stderr } = faultline(['run', path, '--out', folder.at('aside')]);
    expect(status).toBe(2);
    expect(stderr).toContain(`${path}:17:5 FL705 faults.aside: no calls go between the two sides`);
    expect(stderr).toContain('> 17 |   - { id: aside');
    expect(stderr).toContain(': 1 problem');
    expect(stderr).not.toContain('in variant');
  });

  it('stops a request that calls in circles with exit code 4 and names the circle', () => {
    const back = 'pay: [ wait: exponential(10ms), { call: shop.buy, probability: 99% } ]';
    const text = smallScenario().replace('pay: [ wait: exponential(10ms) ]', back);
    const unlimited = text.replaceAll('concurrency: 8', 'concurrency: 100000');
    const path = folder.put('circle.yaml', unlimited.replace('patience: 1s', 'patience: 100s'));
    const { status, stderr } = faultline([
      'run',
      path,
      '--variant',
      'plain',
      '--out',
      folder.at('no'),
    ]);
    expect(status).toBe(4);
    expect(stderr).toContain('64 calls');
    expect(stderr).toContain('shop.buy -> bank.pay -> shop.buy -> … (65 calls deep)');
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends with 130 and no half-written file when it gets %s',
    async (signal) => {
      const text = smallScenario().replace('duration: 20s', 'duration: 40000s');
      const path = folder.put(`long-${signal}.yaml`, text);
      const cwd = folder.at(signal);
      mkdirSync(cwd);
      const child = start(['run', path, '--json', 'result.json'], cwd);
      const closed = once(child, 'close');
      await once(child.stderr!, 'data');
      child.kill(signal);
      expect(await closed).toEqual([130, null]);
      expect(readdirSync(cwd)).toEqual([]);
    },
  );

  it('removes the traces it has begun when it is interrupted', async () => {
    const text = smallScenario().replace('duration: 20s', 'duration: 3000s');
    const path = folder.put('traced.yaml', text);
    const cwd = folder.at('traced');
    mkdirSync(cwd);
    const child = start(['run', path, '--traces', 'traces.jsonl'], cwd);
    const closed = once(child, 'close');
    const watcher = watch(cwd);
    await once(watcher, 'change');
    watcher.close();
    child.kill('SIGINT');
    expect(await closed).toEqual([130, null]);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('does not complain if its output is not read to the end', async () => {
    const child = start(
      ['run', scenario, NO_PROOFS, '--json', '-', '--quiet', '--out', folder.at('pipe')],
      folder.path,
    );
    let messages = '';
    child.stderr!.on('data', (chunk) => (messages += String(chunk)));
    child.stdout!.destroy();
    const [code] = (await once(child, 'close')) as [number];
    expect([code, messages]).toEqual([0, '']);
  });
});

function run(...flags: readonly string[]): ReturnType<typeof faultline> {
  // Drawing takes longer than simulating, so tests that do not need the page run without it.
  return faultline(['run', scenario, NO_PROOFS, '--format', 'json', ...flags], {
    cwd: folder.path,
  });
}
