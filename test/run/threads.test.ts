import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { build } from '../cli/harness.js';

describe('the file of a thread', () => {
  beforeAll(build, 120_000);

  it.each(['run/worker.js', 'cli/trace-worker.js'])('%s holds all but schemas', (name) => {
    const text = readFileSync(new URL(`../../dist/${name}`, import.meta.url), 'utf8');
    expect(text.includes('_zod')).toBe(false);
    expect(text.includes('a thread has no schemas')).toBe(true);
    const imported = [...text.matchAll(/^import .*"(.+)";$/gm)].map(([, from]) => from!);
    expect(imported.filter((from) => !from.startsWith('node:'))).toEqual(['seedrandom']);
  });
});
