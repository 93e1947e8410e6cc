import { describe, expect, it } from 'vitest';
import { pagesOf } from '../../src/cli/explain/pages.js';
import { REFERENCE } from '../../src/scenario/reference.js';
import { run } from '../theory/program.js';

describe('the reference of kinds beyond policies', () => {
  it.each(REFERENCE.map((entry) => [entry.kind, entry] as const))(
    'shows %s in a scenario that runs and uses it',
    (kind, { example, component }) => {
      const { plans, records } = run(example);
      const used = plans[0]!.components.some((own) => own.kind === component);
      expect(used).toBe(true);
      expect(records[0]![0]!.stop).not.toBe('events');
      expect(example).toContain(`kind: ${kind}`);
    },
  );

  it('has a page for each of them, with its fields', () => {
    for (const { kind } of REFERENCE) {
      const page = pagesOf(kind).join('\n');
      expect(page).toContain(`kind ${kind}`);
      expect(page).toContain('Fields:');
    }
    expect(pagesOf('queue.sqs').join('')).toContain('visibilityTimeout');
  });
});
