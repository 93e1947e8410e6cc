import { describe, expect, it } from 'vitest';
import { contentsText } from '../../src/cli/explain/contents.js';
import { kindsOf, sectionNames, sectionPage } from '../../src/cli/explain/section-page.js';
import { explainableNames, pagesOf } from '../../src/cli/explain/pages.js';
import { rules } from '../../src/lint/index.js';
import { faultKinds, policyKinds } from '../../src/patterns/registry.js';
import { SECTION_EXAMPLES } from '../../src/scenario/reference/sections.js';
import { COMMANDS, faultline } from './harness.js';
import { run } from '../theory/program.js';

describe('the pages of a policy', () => {
  it('begin with the kind that is meant where none is written', () => {
    const policies = [...new Set(policyKinds.map(({ policy }) => policy))];
    for (const policy of policies) {
      const own = policyKinds.filter((kind) => kind.policy === policy);
      const meant = own.find(({ isDefault }) => isDefault);
      if (meant === undefined) continue;
      const [first] = pagesOf(policy);
      const isPage = own.length === 1 ? /^\w+/ : new RegExp(`^${policy}, kind ${meant.kind}\\b`);
      expect(first, policy).toMatch(isPage);
    }
    expect(pagesOf('retry')[0]).toMatch(
      /^retry, kind simple \(the kind meant where none is written\)/,
    );
  });
});

describe('the page of a rule of lint', () => {
  it.each(rules.map(({ name }) => name))('says why %s is one, and what to do', (name) => {
    const { reason, remedy, severity } = rules.find((rule) => rule.name === name)!;
    const [page, ...others] = pagesOf(name);
    expect(others).toEqual([]);
    const words = page!.replace(/\s+/g, ' ');
    expect(words).toContain(`${name}, a rule of lint (${severity})`);
    expect(words).toContain(reason.replace(/\s+/g, ' '));
    expect(words).toContain(remedy.replace(/\s+/g, ' '));
    expect(explainableNames()).toContain(name);
    expect(contentsText(COMMANDS)).toContain(name);
  });
});

describe('the page of a section', () => {
  it.each(sectionNames())('shows %s: what it is, and a scenario with it', (name) => {
    const page = sectionPage(name)!;
    expect(page).toMatch(new RegExp(`^${name}, a section\\n\\n[A-Z]`));
    const example = page.slice(page.indexOf('Example:'));
    expect(example).toContain(`\n  ${name}:`);
  });

  it('lists each field once, with its first sentence', () => {
    const page = sectionPage('services')!;
    expect(page.match(/^ {2}replicas /gm)).toHaveLength(1);
    expect(page).toMatch(/^ {2}endpoints +\S.* Required\.$/m);
    expect(page).not.toMatch(/^ {2}\S+ +-$/m);
  });

  it('lists the metrics of its components and of their parts', () => {
    expect(sectionPage('topics')).toMatch(/^ {2}topic: .*\blag\b/ms);
    expect(sectionPage('topics')).toMatch(/^ {2}group: .*\bredeliveries\b/ms);
  });

  it('continues with the fields of other sections that have its name', () => {
    expect(pagesOf('keys')).toHaveLength(2);
    expect(pagesOf('keys')[1]).toContain('caches.<name>.keys');
    expect(pagesOf('topics')).toHaveLength(1);
  });

  it('has kinds that have pages', () => {
    for (const section of sectionNames()) {
      for (const [kind] of kindsOf(section)) expect(pagesOf(kind), kind).not.toEqual([]);
    }
    expect(kindsOf('faults')).toHaveLength(faultKinds.length);
    expect(kindsOf('policies')).toHaveLength(policyKinds.length);
  });

  it.each([...SECTION_EXAMPLES])('has an example that runs: %s', (_, example) => {
    expect(run(example).records[0]![0]!.stop).not.toBe('events');
  });
});

describe('the contents', () => {
  it('name everything that is no field', () => {
    const text = contentsText(COMMANDS).replace(/\s+/g, ' ');
    for (const name of [...sectionNames(), 'publish', 'kafka', 'successLatency', 'peakEwma']) {
      expect(text).toContain(name);
      expect(explainableNames()).toContain(name);
    }
  });

  it('are what explain prints without a name', () => {
    const { status, stdout } = faultline(['explain']);
    expect(status).toBe(0);
    expect(stdout).toBe(contentsText(COMMANDS));
  });
});

it('explain lists the fields of the entries of a list', () => {
  const requests = pagesOf('workloads.requests').join('\n');
  expect(requests).toMatch(/Fields of an entry:\n +name +Name of the request in metrics\./);
  expect(requests).toMatch(/\n +path +Path, for routing by a gateway\./);
  const steps = pagesOf('services.endpoints.steps').join('\n');
  expect(steps).toContain('services.<name>.endpoints.<name>');
  expect(steps).toMatch(/Fields of an entry:\n +work +CPU time/);
});
