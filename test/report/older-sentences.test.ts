import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Texts of older versions that readers could not use; each with what is wrong. Their fragments are in no source. */
const GONE: readonly (readonly [why: string, pattern: RegExp])[] = [
  ['which budget', /budgets is not held|of \$\{[^}]*\} budgets (?:is|are) not held\.'/u],
  ['says nothing', /The budgets under "Not met" say what has to change/u],
  ['unintelligible', /one load at a time for each/u],
  ['no limit in numbers', /the runs leave it open on one side/u],
  ['one run each, three times', /Every value of \$\{/u],
  ['to read twice', /only means have intervals, from batches of the run/u],
  ['failed or undecided', /fails \$\{[^}]*\} budgets, undecided/u],
  ['a contradiction to the interval', /data can['’]?t tell|data cannot tell whether/u],
  ['it', /remain without it\b/u],
];

function sourcesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourcesIn(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

/** Without comments, which may say what is avoided. */
const CODE = sourcesIn('src').map((path) => {
  const text = readFileSync(path, 'utf8').replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gmu, '');
  return [path, text] as const;
});

describe('a sentence that no reader can use', () => {
  it.each(GONE)('is in no source: %s', (_, pattern) => {
    expect(CODE.length).toBeGreaterThan(400);
    expect(CODE.filter(([, text]) => pattern.test(text)).map(([path]) => path)).toEqual([]);
  });
});
