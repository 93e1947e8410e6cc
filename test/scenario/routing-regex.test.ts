import { describe, expect, it } from 'vitest';
import { Regex, RegexError } from '../../src/language/routing/regex.js';

const WHOLE = { start: true, end: true };
const BEGINNING = { start: true, end: false };
const ANYWHERE = { start: false, end: false };

const whole = (pattern: string, text: string): boolean => new Regex(pattern).test(text, WHOLE);

/** Patterns and texts for which the engine of the language is the judge. */
const TEXTS = [
  '',
  '/',
  '/a',
  '/b',
  '/ab',
  '/orders',
  '/orders/7',
  '/orders/77/items',
  '/A-b_9',
  'x\ny',
];
const PATTERNS = [
  '',
  '/',
  '/a|/b',
  '/orders(/\\d+)?',
  '/orders/[0-9]{1,2}/items',
  '/orders/[^/]+',
  '/(?:a|b)*',
  '/(a*)*b',
  '/[a-zA-Z_-]+\\d',
  '/.*',
  '.+',
  '/o.{2,}s',
  '/\\w+/\\d{2}.*',
  '^/orders$',
  '(?:^/a|b$)',
  '/(?<id>[^/]*)',
  '[\\w/]+',
  '\\S*',
  '[^\\d]*',
  '/[]a]',
  '/a{0}b',
  '/(ab?){1,2}',
  'x\\ny',
  '/[.\\-a]+?',
];

describe('a regular expression', () => {
  it.each(PATTERNS)('takes what the engine of the language takes: %s', (pattern) => {
    // A leading `]` in brackets is literal in PCRE and RE2; JavaScript needs it escaped.
    const source = pattern.replace('[]a]', '[\\]a]');
    const judges = [
      [WHOLE, new RegExp(`^(?:${source})$`)],
      [BEGINNING, new RegExp(`^(?:${source})`)],
      [ANYWHERE, new RegExp(source)],
    ] as const;
    const regex = new Regex(pattern);
    for (const [anchors, judge] of judges) {
      for (const text of TEXTS) {
        expect([text, anchors, regex.test(text, anchors)]).toEqual([
          text,
          anchors,
          judge.test(text),
        ]);
      }
    }
  });

  it('forgets case with (?i) in front, and nothing else', () => {
    expect(whole('(?i)/orders/[a-f]+', '/ORDERS/BEEF')).toBe(true);
    expect(whole('(?i)/[^a]', '/A')).toBe(false);
    expect(whole('(?i)/\\D', '/7')).toBe(false);
    expect(whole('/orders', '/ORDERS')).toBe(false);
  });

  it.each([
    '(a+)+b',
    '(a|a)*b',
    '(a|aa)+b',
    '((a*)*)*b',
    '(.*a){12}b',
    '(a?){60}a{60}b',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
  ])('needs a moment for a long text, whatever the pattern: %s', (pattern) => {
    const started = performance.now();
    expect(new Regex(pattern).test('a'.repeat(2000), WHOLE)).toBe(false);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it.each([
    ['(a', 'has an unmatched `(`'],
    ['a)', 'has an unmatched `)`'],
    ['[a', 'has an unmatched `[`'],
    ['*a', 'has nothing before `*` to repeat'],
    ['a**', 'has a quantifier after a quantifier'],
    ['a++', 'has a possessive quantifier, which is not supported'],
    ['(?=a)', 'has a look-around or an inline flag, which is not supported'],
    ['(?<!a)b', 'has a look-around or an inline flag, which is not supported'],
    ['(a)\\1', 'has \\1, which is not supported'],
    ['\\bword', 'has \\b, which is not supported'],
    ['a\\', 'ends with a backslash'],
    ['a{3,2}', 'repeats from 3 to 2 times'],
    ['[z-a]', 'has a range in brackets that is out of order'],
    ['[\\D]', 'has \\D, \\W or \\S in brackets, which is not supported'],
    ['(((a{100}){100}){100})', 'has too many repetitions'],
    ['('.repeat(60) + ')'.repeat(60), 'has groups nested more than 50 deep'],
    ['a'.repeat(1001), 'is longer than 1000 characters'],
  ])('is refused with the reason: %s', (pattern, reason) => {
    expect(() => new Regex(pattern)).toThrow(new RegexError(reason));
  });
});
