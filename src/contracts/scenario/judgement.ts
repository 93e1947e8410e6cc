import { z } from 'zod';
import { freeText, nameText, withShort } from '../fields/common.js';
import { entry } from '../fields/entry.js';
import { absent, field, required } from '../fields/field.js';
import { flag } from '../quantities/fields.js';
import { quantity, share } from '../quantities/quantities.js';
import { QuantityError, showNoNumber } from '../quantities/quantity-text.js';
import type { Expression } from './expression.js';

const confidence = quantity(
  (input): number | null => {
    if (input === 'none') return null;
    const value =
      typeof input === 'string' && /^\d+(\.\d+)?%$/.test(input)
        ? Number(input.slice(0, -1)) / 100
        : input;
    if (typeof value === 'number' && value >= 0.5 && value < 1) return value;
    throw new QuantityError(`must be from 50% to below 100%, or none, got ${showNoNumber(input)}`);
  },
  {
    anyOf: [
      { const: 'none' },
      { type: 'number', minimum: 0.5, exclusiveMaximum: 1 },
      { type: 'string', pattern: '^(\\d+(\\.\\d+)?)%$' },
    ],
  },
);

export const budgetSchema = withShort(
  entry(
    {
      expect: field.of(z.string().min(1).max(1000), required, 'The expression.'),
      name: freeText().optional().describe('Shown instead of the expression.'),
      severity: field.choice(
        ['error', 'warning'],
        'error',
        'A warning never changes the exit code.',
      ),
      confidence: field.of(
        confidence,
        '95%',
        'Confidence of the verdict; `none` judges the point.',
      ),
      strict: field.of(z.boolean(), false, 'Whether an undecided verdict breaks it.'),
      by: share()
        .optional()
        .describe(
          'Tolerance for a limit that was measured too: a value that exceeds it by less than this share of it ' +
            'holds, significant or not.',
        ),
      allowEmpty: field.of(z.boolean(), false, 'Whether it holds when nothing was measured.'),
    },
    'An expectation.',
  ),
  { type: 'string', description: 'The expression, such as `shoppers.latency.p99 < 500ms`.' },
);

type WrittenBudget = z.output<typeof budgetSchema>;

/** A budget or an expectation. */
export interface BudgetSource extends Omit<WrittenBudget, 'expect' | 'by'> {
  /** The expression as written. */
  readonly text: string;
  readonly expression: Expression;
  /** 0 = none. */
  readonly by: number;
  /** Share of its error probability that these runs may spend, where other looks spend the rest; absent = all of it. */
  readonly part?: number;
  /** Location in the file, for messages. */
  readonly at: string;
}

export const hypothesisSchema = z
  .strictObject({
    statement: field.of(freeText(), required, 'Statement that the experiment tests.'),
    expect: field.of(
      z.array(budgetSchema).min(1),
      required,
      'Expectations that must hold for it to be true.',
    ),
  })
  .describe('Statement that the experiment tests; its verdict heads the report.');

const acceptedSchema = entry({
  rule: field.of(
    z.string().max(100),
    required,
    'Rule, as `faultline lint` prints it: `retry-not-idempotent`.',
  ),
  of: field.of(
    z.string().max(200),
    absent('all findings of the rule'),
    'Component, part or call that the finding is about, such as `payments.charge`.',
  ),
  reason: field.of(freeText().min(1), required, 'Why the finding is accepted. Lint prints it.'),
});

/** An accepted finding. */
export type Accepted = z.output<typeof acceptedSchema>;

export const lintSchema = z
  .strictObject({
    accept: field.of(
      z.array(acceptedSchema).min(1),
      required,
      'Findings that are known and accepted. They are counted, not listed, and do not fail. Lint reports an ' +
        'entry that accepts nothing.',
    ),
  })
  .describe('How `faultline lint` judges this file; no effect on runs.');

const patchPath = z.string().min(1).max(1000);

/** A variant: a patch. */
export const variantSchema = z
  .strictObject({
    name: field.of(nameText(), required, 'Unique.'),
    title: freeText().optional().describe('Shown instead of the name where there is room.'),
    description: freeText().optional().describe('Text for readers.'),
    extends: nameText().optional().describe('Another variant: its patch first.'),
    remove: z.array(patchPath).optional().describe('Paths to remove; applied first.'),
    set: z
      .record(patchPath, z.unknown())
      .optional()
      .describe('Path to value; applied second. A mapping is merged, any other value replaces.'),
    add: z
      .record(patchPath, z.array(z.unknown()))
      .optional()
      .describe('Path of a list to entries to append; applied last.'),
    baseline: flag(false).describe(
      'Whether comparisons are against this variant. Defaults to the first listed.',
    ),
  })
  .describe('A patch of the scenario.');
