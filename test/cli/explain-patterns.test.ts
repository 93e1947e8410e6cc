import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pagesOf } from '../../src/cli/explain/pages.js';
import { PATTERNS, patternNames } from '../../src/cli/explain/pattern-pages.js';

describe('patterns of architecture', () => {
  it('have a page by each of their names, and no two share one', () => {
    const names = patternNames();
    expect(new Set(names.map((name) => name.replace(/\W/g, ''))).size).toBe(names.length);
    for (const { name, others, text } of PATTERNS) {
      for (const each of [name, ...others]) {
        const words = text.slice(0, 30);
        expect(pagesOf(each).join('\n'), each).toContain(words);
      }
    }
  });

  it.each(PATTERNS.map(({ name, see, scenarios }) => [name, see, scenarios] as const))(
    '%s leads to pages and scenarios that exist',
    (_name, see, scenarios) => {
      for (const word of see) expect(pagesOf(word), word).not.toEqual([]);
      for (const path of scenarios) expect(existsSync(`scenarios/${path}`), path).toBe(true);
    },
  );

  it.each(['cqrs', 'strangler', 'mesh', 'outbox', 'canary release', 'pub/sub', 'Event-Sourcing'])(
    'are found by the words of the field: %s',
    (word) => {
      expect(pagesOf(word)).not.toEqual([]);
    },
  );
});
