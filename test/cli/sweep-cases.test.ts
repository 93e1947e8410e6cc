import { copyFileSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sealed } from '../../src/text/seal.js';
import { Folder, faultline, smallScenario } from './harness.js';

type Values = Record<string, unknown>;

/** The first variant of a case file. */
interface First extends Values {
  readonly figures: Values[];
  readonly budgets: unknown[];
  readonly points: unknown[];
}

/** What may have happened to a case file, and what the sweep says about it. */
const EDITS: readonly (readonly [says: RegExp, edit: (own: First) => void])[] = [
  [
    /was changed by hand, or is damaged: its checksum is not that of its values/,
    (own) => {
      Object.assign(own.figures[0]!, { value: 0.5, ci95: null, each: [0.5] });
      own.budgets[0] = 'fail';
      own.points[0] = 'fail';
    },
  ],
  [
    /variants\[0\]\.figures\[0\]\.value must lie within its interval \[.*\], found -7/,
    (own) => Object.assign(own.figures[0]!, { value: -7 }),
  ],
  [
    /figures\[0\]\.ci95 must begin with its lower end, found \[1e\+308, -1e\+308\]/,
    (own) => Object.assign(own.figures[0]!, { ci95: [1e308, -1e308] }),
  ],
  [
    /variants\[0\]\.digest must be 16 digits of 0-9 and a-f, found ffff/,
    (own) => Object.assign(own, { digest: 'ffff' }),
  ],
  [
    /variants\[0\]\.stop must be one of events, instant, depth, found "<img src=x>"/,
    (own) => Object.assign(own, { stop: '<img src=x>' }),
  ],
  [
    /figures\[0\]\.each\.length must be 1, as many as there are runs, found 2/,
    (own) => Object.assign(own.figures[0]!, { each: [1, 1] }),
  ],
  [/variants\[0\]\.name is missing/, (own) => delete own['name']],
  [
    /has the variants other, not guarded/,
    (own) => Object.assign(own, { name: 'other', isForged: true }),
  ],
  [
    /figures\[0\] must have shares between 0 and 1, found -7/,
    (own) => Object.assign(own.figures[0]!, { value: -7, ci95: null, isForged: true }),
  ],
];

let folder: Folder;
let scenario: string;
beforeAll(() => {
  folder = new Folder();
  scenario = folder.put('small.yaml', smallScenario(['people.success >= 50%']));
});
afterAll(() => folder.remove());

/** A sweep of as many settings as there are edits, with its case files. */
function sweep(out: string): {
  readonly document: string;
  readonly stderr: string;
  readonly cases: readonly string[];
} {
  const directory = folder.at(out);
  const json = folder.at(`${out}.json`);
  const range = `workloads.people.arrivals.rate=10/s..40/s:${EDITS.length}`;
  const runs = ['--variant', 'guarded', '--replications', '1', '--format', 'json', '--quiet'];
  const where = ['--out', directory, '--json', json];
  const { status, stderr } = faultline(['sweep', scenario, '--set', range, ...runs, ...where]);
  expect(status).toBe(0);
  const cases = readdirSync(`${directory}/small.set.cases`).sort();
  const paths = cases.map((name) => `${directory}/small.set.cases/${name}`);
  return { document: readFileSync(json, 'utf8'), stderr, cases: paths };
}

describe('a case file that a sweep did not write', () => {
  it('is computed again, and named with the reason', () => {
    const first = sweep('edited');
    expect(first.stderr).toBe('');
    const before = first.cases.map((path) => readFileSync(path, 'utf8'));
    first.cases.forEach((path, i) => writeFileSync(path, edited(before[i]!, EDITS[i]![1])));
    const second = sweep('edited');
    expect(second.document).toBe(first.document);
    const lines = second.stderr.trim().split('\n');
    expect(lines).toHaveLength(EDITS.length);
    for (const [i, [says]] of EDITS.entries()) {
      const line = lines.find((one) => one.startsWith(first.cases[i]!));
      expect(line).toMatch(says);
      expect(line).toMatch(/; computed again$/);
    }
    // The files are as before.
    expect(first.cases.map((path) => readFileSync(path, 'utf8'))).toEqual(before);
    expect(sweep('edited').stderr).toBe('');
  });

  it('is computed again where it is another setting, damaged, or too deep', () => {
    const first = sweep('mixed');
    const [a, b, c, d, e] = first.cases as [string, string, string, string, string];
    copyFileSync(a, b);
    writeFileSync(c, readFileSync(c, 'utf8').slice(0, 100));
    writeFileSync(d, `{"deep":${'['.repeat(50_000)}${']'.repeat(50_000)}}`);
    writeFileSync(e, readFileSync(e, 'utf8').replace(/"value":0?\.?\d+/, '"value":1e999'));
    const { document, stderr } = sweep('mixed');
    expect(document).toBe(first.document);
    expect(stderr).toMatch(/is the sweep case [0-9a-f]{32} under another name; computed again\n/);
    expect(stderr).toContain(`${c}: is not valid JSON: it ends in the middle of a value`);
    expect(stderr).toContain(`${d}: has values that are nested more than 100 deep`);
    expect(stderr).toContain(
      `${e}: is no sweep case: variants[0].figures[0].value is not a finite`,
    );
  });
});

/** A case file with an edit of its first variant; `isForged`: with a checksum that fits. */
function edited(text: string, edit: (own: First) => void): string {
  const file = JSON.parse(text) as { readonly variants: readonly First[] };
  const own = file.variants[0]!;
  edit(own);
  const forged = [own, own.figures[0]!].filter((one) => 'isForged' in one);
  for (const one of forged) delete one['isForged'];
  return forged.length > 0 ? sealed(file) : JSON.stringify(file);
}
