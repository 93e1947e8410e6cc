import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { rules } from '../../src/lint/index.js';
import type { Rule } from '../../src/lint/rule.js';
import { remarkLines } from '../../src/lint/text.js';
import { CASES } from './cases.js';
import { laidOver, remarksOn } from './lint-text.js';

const silents = CASES.flatMap(({ rule, silent }) =>
  Object.entries(silent).map(([name, text]) => [rule, name, text] as const),
);

describe('the rules', () => {
  it('have a case each, and are sorted by name', () => {
    const names = rules.map(({ name }) => name);
    expect([...new Set(CASES.map(({ rule }) => rule))].sort()).toEqual(names);
    expect([...names].sort()).toEqual(names);
  });

  it('say why in one sentence and what to do in another', () => {
    for (const { name, reason, remedy } of rules) {
      expect(reason, name).toMatch(/^[A-Z][^|]*[^.]\.$/);
      expect(remedy, name).toMatch(/^[A-Z][^|]*[^.]\.$/);
    }
  });

  it.each(CASES)('$rule speaks, once, with its numbers', ({ rule, fires, ...wanted }) => {
    const remarks = remarksOn(fires, rule);
    expect(remarks.map(({ path, measured, limit }) => ({ path, measured, limit }))).toEqual([
      { path: wanted.path, measured: wanted.measured, limit: wanted.limit },
    ]);
  });

  it.each(silents)('%s says nothing where %s', (rule, _name, text) => {
    expect(remarksOn(text, rule).map(({ message }) => message)).toEqual([]);
  });

  it.each(CASES)('$rule gives YAML that mends it', ({ rule, fires }) => {
    const [{ fixExample }] = remarksOn(fires, rule);
    const tree: unknown = parse(fires);
    const fix: unknown = parse(fixExample);
    // For a path through a list the fix belongs to an item of the list, so it cannot be applied at a path.
    expect(typeof fix).toBe('object');
    if (fixExample.startsWith('# in ')) return;
    expect(remarksOn(stringify(laidOver(tree, fix)), rule)).toEqual([]);
  });
});

describe('docs/lint.md', () => {
  const page = readFileSync(new URL('../../docs/lint.md', import.meta.url), 'utf8');
  const block = (language: string): string =>
    new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'm').exec(page)![1];

  it('lists the rules as they are', () => {
    expect(page).toContain(rulesTable(rules));
  });

  it('shows the finding as it is printed', () => {
    const [remark] = remarksOn(block('yaml'), 'timeout-inversion', 'inversion.yaml');
    expect(remarkLines(remark).join('\n')).toBe(block('text'));
  });
});

/** The table of all rules, in Markdown. */
function rulesTable(rules: readonly Rule[]): string {
  const rows = rules.map(
    ({ name, severity, reason, remedy }) => `| \`${name}\` | ${severity} | ${reason} | ${remedy} |`,
  );
  return ['| rule | severity | why it is one | remedy |', '|---|---|---|---|', ...rows, ''].join(
    '\n',
  );
}
