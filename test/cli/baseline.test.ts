import {
  copyFileSync,
  existsSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { baselineText, BASELINE, type SavedEntry } from '../../src/cli/baseline-file.js';
import { opened, parsedJson } from '../../src/cli/stored/envelope.js';
import type { Result } from '../../src/contracts/result/result.js';
import { Folder, NO_PROOFS, faultline, smallScenario } from './harness.js';

const BUDGETS = [
  'people.latency.p99 < 120% of saved before bank-hang',
  'people.goodput > 95% of saved in guarded',
];
const NAMES = [
  ['guarded', 'people.goodput'],
  ['guarded', 'people.latency.p99 before bank-hang'],
  ['plain', 'people.latency.p99 before bank-hang'],
];

let folder: Folder;
let scenario: string;
let baseline: string;
beforeAll(() => {
  folder = new Folder();
});
beforeEach(() => {
  scenario = folder.put('small.yaml', small(BUDGETS));
  baseline = folder.at('saved.json');
  rmSync(baseline, { force: true });
});
afterAll(() => folder.remove());

/** With enough runs to show a difference. */
const small = (budgets: readonly string[]): string =>
  smallScenario(budgets).replace('replications: 2', 'replications: 5');
const check = (...flags: readonly string[]) => faultline(['check', scenario, NO_PROOFS, ...flags]);
const update = () => check('--baseline', baseline, '--update-baseline');
/** Bytes of the first update of the scenario as it is before each test. */
let firstSaved: string | undefined;
/** The same as `update()` at the start of a test, simulated once. */
const given = (): void => {
  if (firstSaved === undefined) update();
  else writeFileSync(baseline, firstSaved);
  firstSaved ??= readFileSync(baseline, 'utf8');
};
const saved = (): readonly SavedEntry[] => savedIn(readFileSync(baseline, 'utf8'));
const names = () => saved().map(({ variant, metric }) => [variant, metric]);

describe('faultline check --baseline', () => {
  it('saves what budgets ask for, and holds them against it', () => {
    const first = update();
    expect([first.status, first.stderr.includes(`${baseline}: 3 saved`)]).toEqual([0, true]);
    expect(names()).toEqual(NAMES);
    expect(saved().every((entry) => entry.scenario === 'small.yaml')).toBe(true);
    const bytes = readFileSync(baseline, 'utf8');
    expect(check('--baseline', baseline).status).toBe(0);
    expect(update().status).toBe(0);
    expect(readFileSync(baseline, 'utf8')).toBe(bytes);
  });

  it('saves what expectations ask for, too', () => {
    const [first, second] = BUDGETS;
    writeFileSync(scenario, `${small([first!])}expect: [ ${second} ]\n`);
    expect(update().status).toBe(0);
    expect(names()).toEqual(NAMES);
    expect(check('--baseline', baseline).status).toBe(0);
  });

  it('ends with 1 when the system got worse, and says what was saved', () => {
    given();
    const slower = small(BUDGETS).replace('exponential(10ms)', 'exponential(20ms)');
    writeFileSync(scenario, slower);
    const { status, stdout } = check('--baseline', baseline);
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /FAIL +people\.latency\.p99 < 120% of saved before bank-hang .*, saved /,
    );
    expect(update().status).toBe(0);
    expect(check('--baseline', baseline).status).toBe(0);
  });

  it('breaks a budget whose figure is not among them', () => {
    given();
    writeFileSync(scenario, small([...BUDGETS, 'people.success >= 99% of saved']));
    const { status, stdout } = check('--baseline', baseline);
    expect([status, stdout.includes('(not in the baseline)')]).toEqual([1, true]);
  });

  it('ends with 1 while it keeps what no budget asks for, and takes it away', () => {
    given();
    writeFileSync(scenario, small(BUDGETS.slice(1)));
    const { status, stderr } = check('--baseline', baseline);
    expect(status).toBe(1);
    expect(stderr).toContain('small.yaml  plain  people.latency.p99 before bank-hang');
    expect(update().stderr).toContain('1 saved, 2 taken away');
    expect(names()).toEqual(NAMES.slice(0, 1));
    expect(check('--baseline', baseline).status).toBe(0);
  });

  it('leaves other variants and other scenarios alone', () => {
    const other = folder.put('other.yaml', small(BUDGETS.slice(0, 1)));
    faultline(['check', scenario, other, NO_PROOFS, '--baseline', baseline, '--update-baseline']);
    expect(saved()).toHaveLength(5);
    const before = readFileSync(baseline, 'utf8');
    expect(check('--baseline', baseline, '--variant', 'plain').status).toBe(0);
    check('--baseline', baseline, '--variant', 'plain', '--update-baseline');
    expect(readFileSync(baseline, 'utf8')).toBe(before);
  });

  it('shows in the result what is saved, and leaves the figures of run undecided', () => {
    given();
    const { stdout } = check('--baseline', baseline, '--json', '-');
    const [budget] = (JSON.parse(stdout) as Result).variants[0]!.budgets;
    expect(budget!.saved).toMatchObject({ key: NAMES[1]![1], value: budget!.value });
    const ran = faultline([
      'run',
      scenario,
      NO_PROOFS,
      '--out',
      folder.at('out'),
      '--quiet',
      '--json',
      '-',
    ]);
    const [waits] = (JSON.parse(ran.stdout) as Result).variants[0]!.budgets;
    expect(waits).toMatchObject({ verdict: 'inconclusive', note: 'compared by check --baseline' });
  });

  it('says what is missing', () => {
    const says = (...flags: readonly string[]): string => {
      const { status, stdout, stderr } = check(...flags);
      expect([status, stdout]).toEqual([2, '']);
      return stderr;
    };
    expect(says()).toContain('give --baseline FILE, the first time with --update-baseline');
    expect(says('--update-baseline')).toContain('needs --baseline FILE');
    expect(says('--baseline', baseline)).toContain('--update-baseline writes it');
    expect(says('--baseline', '-')).toContain('names a file');
    writeFileSync(scenario, smallScenario(['people.success >= 10%']));
    expect(says('--baseline', baseline)).toContain('no budget of these scenarios');
  });

  it('refuses what is no baseline, and does not overwrite it', () => {
    given();
    const good = readFileSync(baseline, 'utf8');
    const refused: readonly (readonly [text: string, says: string])[] = [
      ['', 'is empty'],
      [`{"deep":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 'nested more than 100 deep'],
      [good.replace(/"value":0\.\d+/, '"value":1e999'), 'value is not a finite number'],
      [good.replace(/"value":0\.\d+/, '"value":"<b>"'), 'value must be a number, found <b>'],
      [good.slice(0, 300), 'is not valid JSON'],
      ['<<<<<<< mine\n', 'is not valid JSON'],
      ['{}', 'is no baseline'],
      ['null', 'is no baseline'],
      ['[[[[[[', 'is not valid JSON'],
      ['{"faultline":"baseline/1","saved":[{"__proto__":{"x":1}}],"sha256":""}', 'is no baseline'],
      [good.replace('baseline/1', 'baseline/2'), 'is a baseline/2'],
      [good.replace(/"value":0\.\d/, '"value":0.9'), 'was changed by hand'],
      [good.replace('"guarded"', '"plain"'), 'was changed by hand'],
    ];
    for (const [text, says] of refused) {
      writeFileSync(baseline, text);
      for (const flags of [[], ['--update-baseline']]) {
        const { status, stderr } = check('--baseline', baseline, ...flags);
        expect([status, text, stderr]).toEqual([2, text, expect.stringContaining(says)]);
        expect(stderr).not.toMatch(/\n\s+at /);
      }
      expect(readFileSync(baseline, 'utf8')).toBe(text);
    }
    expect(Object.prototype).not.toHaveProperty('x');
  });

  it('reads it however it is laid out, and never writes through a link', () => {
    given();
    const text = readFileSync(baseline, 'utf8');
    writeFileSync(baseline, JSON.stringify(JSON.parse(text), null, 4));
    expect(check('--baseline', baseline).status).toBe(0);
    const link = folder.at('link.json');
    symlinkSync(folder.at('target.json'), link);
    expect(check('--baseline', link, '--update-baseline').status).toBe(2);
    expect(existsSync(folder.at('target.json'))).toBe(false);
  });
});

describe('the text of a baseline', () => {
  const entry = (variant: string, metric: string): SavedEntry => ({
    scenario: 'a.yaml',
    variant,
    metric,
    value: 0.1,
    each: [0.1, null],
  });

  it('has a line for each figure, by name, and is read as it was written', () => {
    const text = baselineText([entry('b', 'x.y'), entry('a', 'x.z'), entry('a', 'x.y')]);
    const lines = text.split('\n').filter((line) => line.includes('"metric"'));
    expect(lines.map((line) => /"variant":"(.)","metric":"(...)"/.exec(line)!.slice(1))).toEqual([
      ['a', 'x.y'],
      ['a', 'x.z'],
      ['b', 'x.y'],
    ]);
    expect(savedIn(text)).toEqual([entry('a', 'x.y'), entry('a', 'x.z'), entry('b', 'x.y')]);
    expect(savedIn(baselineText([]))).toEqual([]);
  });
});

describe('scenarios/baseline', () => {
  it('keeps what its scenario gives', () => {
    const root = fileURLToPath(new URL('../../scenarios/baseline/', import.meta.url));
    const kept = join(root, 'saved.json');
    copyFileSync(join(root, 'shop.yaml'), folder.at('shop.yaml'));
    faultline([
      'check',
      folder.at('shop.yaml'),
      NO_PROOFS,
      '--baseline',
      baseline,
      '--update-baseline',
    ]);
    expect(readFileSync(baseline, 'utf8')).toBe(readFileSync(kept, 'utf8'));
  });
});

function savedIn(text: string): readonly SavedEntry[] {
  return opened(parsedJson(text), BASELINE).saved;
}
