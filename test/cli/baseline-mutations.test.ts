import { describe, expect, it } from 'vitest';
import { BASELINE, baselineText } from '../../src/cli/baseline-file.js';
import { opened, parsedJson } from '../../src/cli/stored/envelope.js';

const ENTRIES = [1, 2, 3].map((value) => ({
  scenario: 'shop.yaml',
  variant: `v${value}`,
  metric: 'users.latency.p99 during outage',
  value,
  each: [value, null, value + 0.5],
}));

describe('a mutated baseline', () => {
  it('is refused with a message, or has the same values', () => {
    const text = baselineText(ENTRIES);
    const ends = new Set<string>();
    for (let at = 0; at < text.length; at++) {
      for (const mutated of [
        text.slice(0, at),
        text.slice(0, at) + text.slice(at + 1),
        `${text.slice(0, at)}9${text.slice(at + 1)}`,
        text.slice(0, at) + text.slice(at + 7),
      ]) {
        ends.add(endOf(mutated));
      }
    }
    expect([...ends].sort()).toEqual(['refused', 'same']);
  });

  it.each(['null', '7', '[]', '{"faultline":[]}', '{"faultline":"baseline/1","saved":{}}'])(
    'is refused where it is %s',
    (text) => expect(endOf(text)).toBe('refused'),
  );
});

function endOf(text: string): 'refused' | 'same' {
  try {
    expect(opened(parsedJson(text), BASELINE).saved).toEqual(ENTRIES);
    return 'same';
  } catch (error) {
    expect((error as Error).message).toMatch(/^(is (no|not|a|empty)\b|was changed by hand)/);
    return 'refused';
  }
}
