import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Source, type Changed } from '../../src/scenario/load.js';
import { editsFor } from '../../src/scenario/tuning/change.js';
import { differences } from '../../src/scenario/tuning/differences.js';
import { canonicalJson } from '../../src/text/canonical.js';

const FOLDERS = ['scenarios', 'scenarios/patterns', 'scenarios/incidents'];
const FILES = FOLDERS.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `${folder}/${name}`),
);

describe('the differences of two variants', () => {
  it('make every variant of every shipped scenario of the baseline', () => {
    let compared = 0;
    for (const path of FILES) {
      const read = (name: string) => ({
        text: readFileSync(name, 'utf8').replace(/^expect:.*\n(?:(?: |#).*\n|\n)*/m, ''),
      });
      // Budgets may name what only some variants have.
      const source = new Source(path, read, null, null, ['cascade.depth >= 0']);
      const { file, texts } = source.load();
      if (file === null || file.variants.length < 2) continue;
      const [base, ...others] = file.variants;
      const from = texts.get(base!.name)!.patched;
      for (const other of others) {
        const { settings, others: rest } = differences(from, texts.get(other.name)!.patched);
        const all = [...settings, ...rest];
        const changed: Changed = { variants: [base!.name], ...editsFor(all, from.at) };
        const made = source.with(changed);
        const name = `${path}: ${other.name} from ${base!.name}`;
        expect(
          made.problems.filter(({ severity }) => severity === 'error'),
          name,
        ).toEqual([]);
        expect(canonicalJson(made.file!.variants[0]!.scenario), name).toBe(
          canonicalJson(other.scenario),
        );
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(200);
  });
});
