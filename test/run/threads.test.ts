import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { smallScenario } from '../cli/harness.js';
import { runThreaded } from '../../src/run/replicate.js';
import { library } from '../support/built.js';

describe('the file of a thread', () => {
  it.each(['run/worker.js', 'cli/trace-worker.js'])('%s holds all but schemas', (name) => {
    const text = readFileSync(new URL(`../../dist/${name}`, import.meta.url), 'utf8');
    expect(text.includes('_zod')).toBe(false);
    expect(text.includes('a thread has no schemas')).toBe(true);
    // Packed or not: the names of an import have no quotes and no brackets of a call.
    const imported = [...text.matchAll(/\bimport\b[^"'`()]*"([^"]+)"/g)].map(([, from]) => from!);
    expect(imported.some((from) => from.startsWith('node:'))).toBe(true);
    expect(imported.filter((from) => !from.startsWith('node:'))).toEqual(['seedrandom']);
  });
});

describe('the built library', () => {
  it('gives the same records on threads as in the thread that calls it', async () => {
    const { file } = library.loadScenario('small.yaml', () => ({ text: smallScenario() }));
    const plans = file!.variants.map((variant) => library.compile(variant, file!));
    const here = library.runHere(plans, 2);
    const threaded = await runThreaded(plans, 2, { workers: 2, heapMiB: 200 });
    expect(threaded.flat().map(({ digest }) => digest)).toHaveLength(4);
    expect(threaded).toEqual(here);
  });
});

describe('a budget that asks every step for a percentile', () => {
  it('changes nothing but the verdicts, though the run keeps more histograms for it', () => {
    const result = (budgets: readonly string[]) => {
      const text = smallScenario(budgets);
      const { file } = library.loadScenario('small.yaml', () => ({ text }));
      const plans = file!.variants.map((variant) => library.compile(variant, file!));
      const records = library.runHere(plans, 2);
      return { records, result: library.summarise(file!, plans, records, '0') };
    };
    const asked = ['people.latency.p99 < 30ms always', 'shop->bank.latency.p95 < 1s always'];
    const plain = result(['people.success >= 10%']);
    const fine = result(asked);
    const bare = ({ result: { scenario, variants, ...rest } }: typeof plain) => ({
      ...rest,
      title: scenario.title,
      variants: variants.map((variant) => ({ ...variant, budgets: [] })),
    });
    expect(bare(fine)).toEqual(bare(plain));
    const [budget] = fine.result.variants[0]!.budgets;
    expect(budget!.steps!.of).toBeGreaterThan(100);
    expect(budget!.steps!.held).toBeLessThan(budget!.steps!.of);
    // For components that no metric refers to, histograms are kept as usual.
    const filled = ({ records }: typeof plain) =>
      records[0]![0]!.parts.map(({ latency }) => latency.filter(({ count }) => count > 0).length);
    const kept = filled(plain);
    expect(filled(fine).filter((count, part) => count > kept[part]!)).toHaveLength(3);
  });
});
