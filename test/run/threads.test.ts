import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { smallScenario } from '../cli/harness.js';
import { library } from '../support/built.js';

describe('the file of a thread', () => {
  it.each(['run/worker.js', 'cli/trace-worker.js'])('%s holds all but schemas', (name) => {
    const text = readFileSync(new URL(`../../dist/${name}`, import.meta.url), 'utf8');
    expect(text.includes('_zod')).toBe(false);
    expect(text.includes('a thread has no schemas')).toBe(true);
    const imported = [...text.matchAll(/^import .*"(.+)";$/gm)].map(([, from]) => from!);
    expect(imported.filter((from) => !from.startsWith('node:'))).toEqual(['seedrandom']);
  });
});

describe('the built library', () => {
  it('gives the same records on threads as in the thread that calls it', async () => {
    const { file } = library.loadScenario('small.yaml', () => ({ text: smallScenario() }));
    const plans = file!.variants.map((variant) => library.compile(variant, file!));
    const here = library.runHere(plans, 2);
    const threaded = await library.runThreaded(plans, 2, { workers: 2, heapMiB: 200 });
    expect(threaded.flat().map(({ digest }) => digest)).toHaveLength(4);
    expect(threaded).toEqual(here);
  });
});
