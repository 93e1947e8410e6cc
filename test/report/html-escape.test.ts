import { expect, it } from 'vitest';
import { escapeText } from '../../src/report/base/html-escape.js';

it('escapes markup, and the bracket of a command of a CI system', () => {
  expect(escapeText(`<a b="c">&'`)).toBe('&lt;a b=&quot;c&quot;&gt;&amp;&#39;');
  expect(escapeText('a[0] #[x] ##[group] ##vso[task] ## [x]')).toBe(
    'a[0] #[x] ##&#91;group] ##vso&#91;task] ## [x]',
  );
});

it('reads a long word once', () => {
  const word = 'x'.repeat(2_000_000);
  const started = performance.now();
  expect(escapeText(word)).toBe(word);
  escapeText(`##${word}[`);
  expect(performance.now() - started).toBeLessThan(2000);
});
