import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Score {
  readonly seed: number;
  readonly category: string;
  readonly attempt: number;
  readonly causes: readonly { readonly kind: string; readonly subject: string }[];
  readonly all: boolean;
  readonly falseAlarm?: boolean;
  readonly onsetSteps: number | null;
  readonly error?: string;
}

/** Seeds 3 to 6: a fault, a harmless run, a fault, and two faults; all of them are the first draft of few. */
const SEEDS = { first: 3, cases: 4 };

describe('benchmark of causes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-causes-'));
  const json = join(folder, 'scores.json');
  let printed = '';
  let scores: readonly Score[] = [];

  const run = (...args: readonly string[]): string =>
    execFileSync(process.execPath, ['bench/causes/main.mjs', '--workers', '1', ...args], {
      encoding: 'utf8',
    });

  beforeAll(() => {
    const { first, cases } = SEEDS;
    const seeds = ['--first', `${first}`, '--cases', `${cases}`];
    printed = run(...seeds, '--json', json, '--keep', folder);
    scores = JSON.parse(readFileSync(json, 'utf8')) as Score[];
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps a case for each seed', () => {
    expect(scores.map(({ error }) => error)).toEqual([undefined, undefined, undefined, undefined]);
    expect(scores.map(({ category }) => category)).toEqual(['single', 'harmless', 'single', 'two']);
    expect(printed).toContain('4 cases in ');
  });

  it('finds the cause of one fault, and none in a harmless run', () => {
    const single = scores.filter(({ category }) => category === 'single');
    expect(single.map(({ all }) => all)).toEqual([true, true]);
    expect(single.every(({ onsetSteps }) => onsetSteps !== null && onsetSteps <= 1)).toBe(true);
    expect(scores[1]?.falseAlarm).toBe(false);
  });

  it('writes each case with its true causes', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
    expect(files.map((name) => Number(name.slice(0, 5))).sort()).toEqual([3, 4, 5, 6]);
    const two = readFileSync(
      join(
        folder,
        files.find((name) => name.startsWith('00006'))!,
      ),
      'utf8',
    );
    const truth = [...two.matchAll(/^# true: fault (\w+)$/gm)].map(([, id]) => id);
    expect(truth).toEqual(scores[3]?.causes.map(({ subject }) => subject));
    expect(truth).toHaveLength(2);
  });

  // The runs that confirm a case have other random numbers than those that are scored.
  it.each([
    [
      'a crash that harms no request there',
      47000029,
      '1 cases whose faults do no harm',
      ', and 0 ',
    ],
    [
      '3 % more load that add 6 % to the harm of an overload',
      47000049,
      '0 cases',
      ', and 1 harmless',
    ],
  ])('counts %s apart', (_, seed, cases, faults) => {
    const said = run('--first', `${seed}`, '--cases', '1');
    const line = said
      .split('\n')
      .find((text) => text.includes('in the runs that are scored, and'))!;
    expect(line).toContain(cases);
    expect(line).toContain(faults);
    expect(said).not.toMatch(/(?:AC@1|nothing else).* 0\.0 %/u);
  });
});
