import { afterAll, describe, expect, it } from 'vitest';
import {
  capacity,
  checkAgainst,
  fix,
  load,
  sensitivity,
  simulate,
  type OptionError,
} from '../../src/index.js';
import { scenarioFile } from '../../src/node.js';
import { canonicalJson } from '../../src/text/canonical.js';
import { Folder, faultline, smallScenario } from '../cli/harness.js';

const folder = new Folder();
afterAll(() => folder.remove());

const TEXT = smallScenario(['people.success >= 60%']);
const FILE = folder.put('small.yaml', TEXT);
const SLOWER = TEXT.replace(/concurrency: (\d+)/, 'concurrency: 1');
const OTHER = folder.put('other.yaml', SLOWER);

/** The document that a command prints, whatever its verdict: \`fix\` alone ends with 2 where no change holds a budget. */
function printed(...args: readonly string[]): string {
  const { status, stdout, stderr } = faultline([...args, '--json', '-', '--quiet']);
  expect(args[0] === 'fix' ? [0, 2] : [0, 1], stderr).toContain(status);
  expect(stdout, stderr).not.toBe('');
  return stdout;
}

function text(result: object): string {
  return `${canonicalJson(result)}\n`;
}

async function errorOf(call: () => Promise<unknown>): Promise<OptionError> {
  return call().then(
    () => expect.unreachable(),
    (error: unknown) => error as OptionError,
  );
}

describe('fix', () => {
  const budget = 'people.success >= 95%';

  it('returns the document of the command line', async () => {
    const how = ['--budget', budget, '--replications', '1', '--max-runs', '40'];
    const document = printed('fix', FILE, ...how);
    const own = await fix(TEXT, { budget, replications: 1, maxRuns: 40 });
    expect(text(own)).toBe(document);
    expect(own.fixed.tried).toBeGreaterThan(5);
  });

  it('tries the changes of the other variants of a scenario that was loaded with one', async () => {
    const options = { budget, replications: 1 };
    const loaded = load(TEXT, { ...options, variant: 'plain' });
    const own = await fix(loaded, { maxRuns: 20 });
    expect(own).toEqual(await fix(TEXT, { ...options, variant: 'plain', maxRuns: 20 }));
  });

  it('says what is wrong with a path and a scenario without budgets', async () => {
    const path = await errorOf(() => fix(TEXT, { budget, over: 'services.shp' }));
    expect(path).toMatchObject({ option: 'over', found: 'services.shp' });
    const none = await errorOf(() => fix(smallScenario()));
    expect(none.message).toContain('no setting can hold one');
    const names = { variant: ['plain', 'guarded'] } as unknown as { variant: string };
    expect((await errorOf(() => fix(TEXT, names))).message).toContain('name one with `variant`');
  });
});

describe('capacity', () => {
  it('returns the document of the command line', async () => {
    const how = ['--variant', 'guarded', '--replications', '1', '--resolution', '20%'];
    const document = printed('capacity', FILE, ...how, '--for', '2x');
    const own = await capacity(TEXT, {
      variant: 'guarded',
      replications: 1,
      resolution: 0.2,
      for: 2,
    });
    expect(text(own)).toBe(document);
    expect(own.limits.length).toBeGreaterThan(0);
  });

  it('says what is wrong with a resolution', async () => {
    const error = await errorOf(() => capacity(TEXT, { resolution: 3 }));
    expect(error).toMatchObject({ option: 'resolution', found: '3' });
  });
});

describe('sensitivity', () => {
  it('returns the document of the command line', async () => {
    const document = printed('sensitivity', FILE, '--over', 'services', '--max-runs', '60');
    const own = await sensitivity(TEXT, { over: 'services', maxRuns: 60 });
    expect(text(own)).toBe(document);
    expect(own.inputs.length).toBeGreaterThan(1);
  });

  it('says what is wrong with a path, and with fewer runs than one point takes', async () => {
    const path = await errorOf(() => sensitivity(TEXT, { over: 'services.shop.concurrency' }));
    expect(path).toMatchObject({ option: 'over' });
    const few = await errorOf(() => sensitivity(TEXT, { maxRuns: 1 }));
    expect(few).toMatchObject({ option: 'maxRuns', found: '1' });
  });
});

describe('checkAgainst', () => {
  it('returns the document of the command line', async () => {
    const how = ['--replications', '3', '--max-runs', '24'];
    const document = printed('check', FILE, '--against', OTHER, ...how);
    const options = { replications: 3, maxRuns: 24 };
    const own = await checkAgainst(scenarioFile(FILE), scenarioFile(OTHER), options);
    expect(text(own)).toBe(document);
    expect(own.verdict).not.toBe('same');
  });

  it('compares with a result, and has its seed and its runs', async () => {
    const result = await simulate(TEXT, { seed: 5, replications: 2 });
    const same = await checkAgainst(TEXT, result);
    expect(same).toMatchObject({ seed: 5, replications: 2, against: { kind: 'result' } });
    const worse = await checkAgainst(SLOWER, result);
    expect(worse.variants.flatMap(({ rows }) => rows).length).toBeGreaterThan(0);
    const seed = await errorOf(() => checkAgainst(TEXT, result, { seed: 6 }));
    expect(seed).toMatchObject({ option: 'seed', found: '6' });
  });
});
