import { describe, expect, it } from 'vitest';
import { fragmentOf, stateOf } from '../../src/browser/fragment.js';
import { csvOf, markdownOf } from '../../src/browser/table-texts.js';

describe('the fragment of a page', () => {
  it('restores variant, instant, zoom, tab and search', () => {
    const state = {
      variant: 'a & b=c #1',
      at: 63.25,
      zoom: [60, 100] as const,
      tab: 'services',
      find: 'pay',
    };
    expect(stateOf(fragmentOf(state), 180)).toEqual(state);
    expect(fragmentOf({})).toBe('');
  });

  it('is the name of an element without an equals sign', () => {
    expect(stateOf('#latency', 180)).toBeNull();
    expect(stateOf('', 180)).toBeNull();
  });

  it('leaves out what another version, a cut link or a hostile one says', () => {
    expect(stateOf('#t=1e9&z=5~', 180)).toEqual({
      variant: undefined,
      tab: undefined,
      find: undefined,
      at: undefined,
    });
    expect(stateOf('#t=200', 180)!.at).toBeUndefined();
    expect(stateOf('#t=-1', 180)!.at).toBeUndefined();
    expect(stateOf('#z=100~60', 180)!.zoom).toBeUndefined();
    expect(stateOf('#v=%E0%A4%A', 180)!.variant).toBeUndefined();
    expect(stateOf('#v=%3Cscript%3E', 180)!.variant).toBe('<script>');
    expect(stateOf(`#v=${'x'.repeat(1_000_000)}`, 180)).toBeNull();
    expect(stateOf('#__proto__=1&constructor=2&t=5', 180)!.at).toBe(5);
  });
});

describe('a table that is copied', () => {
  const rows = [
    ['Change', 'Fail'],
    ['=HYPERLINK("x")', '1,200'],
    ['a | b', '+3'],
  ];

  it('is CSV in which no cell is a formula', () => {
    expect(csvOf(rows)).toBe(`Change,Fail\n"'=HYPERLINK(""x"")","1,200"\na | b,'+3\n`);
  });

  it('is a table of Markdown', () => {
    expect(markdownOf(rows)).toBe(
      '| Change | Fail |\n| --- | --- |\n| =HYPERLINK("x") | 1,200 |\n| a \\| b | +3 |\n',
    );
  });
});
