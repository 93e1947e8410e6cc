import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectAccount } from './accounts.js';
import { broken, expectNumbers } from './page-numbers.js';
import type { RunFile } from './run-file.js';
import { heldBudgets } from '../../src/report/view/view.js';
import { ROOT, runFile, scenarioFiles, textOf } from './run-file.js';

const PAGE = readFileSync(join(ROOT, 'docs/incidents.md'), 'utf8');

describe.each(scenarioFiles('scenarios/incidents'))('%s', (path) => {
  let ran: RunFile;
  beforeAll(() => {
    ran = runFile(path);
  });

  it('names the schema and its source, and is short', () => {
    const lines = textOf(path).trimEnd().split('\n');
    expect(lines[0]).toBe('# yaml-language-server: $schema=../../schema/scenario.schema.json');
    expect(lines.length).toBeLessThanOrEqual(61);
    expect(textOf(path)).toMatch(/Source: https:\/\/\S+\n/);
  });

  it('compares the incident with a cure, in three runs each or more', () => {
    const names = ran.result.variants.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['as-it-was', 'cure']));
    expect(ran.file.variants[0].scenario.run.replications).toBeGreaterThanOrEqual(3);
  });

  it('is as expected, with goals for the cures alone', () => {
    expect(broken(ran)).toEqual([]);
    for (const variant of ran.result.variants) {
      const isIncident = variant.name === 'as-it-was';
      if (isIncident || variant.name === 'cure')
        expect(heldBudgets(variant).of > 0, variant.name).toBe(!isIncident);
      if (isIncident) expect(variant.expectations!.length).toBeGreaterThan(1);
    }
  });

  it('has its account', () => {
    expectAccount(path, ran);
  });

  it('has the numbers of its page', () => {
    expectNumbers(ran, PAGE, path);
  });
});

describe('README.md', () => {
  it('shows figures of the page', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8').replace(/\s+/g, ' ');
    const figures = [...readme.matchAll(/`[^`]+ in (?:as-it-was|cure)` = [\d.]+ \S+/g)];
    expect(figures.length).toBe(2);
    for (const [figure] of figures) expect(PAGE).toContain(figure.replace(/[.:]$/, ''));
  });

  it('says how many there are, with the one that it shows', () => {
    expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain('[thirteen more]');
    expect(scenarioFiles('scenarios/incidents').length).toBe(14);
  });
});
