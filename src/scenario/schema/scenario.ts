import { valuesOf } from '../../contracts/fields/kinds.js';
import { field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import type { FaultKind } from '../../model/faults/kind.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { kindWord } from '../../contracts/component-kind.js';
import { DEFAULTS_ORDER, MODULES, SCHEMA_ORDER, TEMPLATES_ORDER } from '../modules/index.js';
import type { BundleOutput } from './bundle.js';
import { freeText, named } from '../../contracts/fields/common.js';
import {
  budgetSchema,
  hypothesisSchema,
  lintSchema,
  variantSchema,
} from '../../contracts/scenario/judgement.js';
import { sweepSchema } from '../../contracts/scenario/sweeps.js';
import type { ScenarioOutput } from './scenario-output.js';
import { ownSections } from './own-sections.js';

/** Sections that exist once per file, for all variants. */
export interface FrameOutput extends Omit<z.output<z.ZodObject<typeof frame>>, 'faultline'> {}

export interface Schemas {
  /** Schema of the sections of a run, after all merging. */
  readonly explicit: z.ZodType<ScenarioOutput>;
  /** Schema of the other sections. It ignores those of `explicit`. */
  readonly frame: z.ZodType<FrameOutput>;
  /** Schema of an entire file as written, for the JSON Schema. */
  readonly file: z.ZodType;
  /** Valid top-level sections of a file. */
  readonly sections: ReadonlySet<string>;
}

/** Sections of the scenario of a variant; the others exist once per file. */
export const EXPLICIT_SECTIONS: readonly string[] = [
  'run',
  'network',
  'platform',
  'mesh',
  'keys',
  'clusters',
  'policies',
  'gateways',
  'services',
  'functions',
  'databases',
  ...DEFAULTS_ORDER,
  'workloads',
  'faults',
  'alerts',
  'report',
];

/** Largest number of variants in a file. */
export const VARIANTS_MAX = 200;

/** Builds the schemas from the registered patterns. */
export function buildSchemas(
  policies: readonly PolicyKind[],
  faults: readonly FaultKind[],
): Schemas {
  const { bundle, first, last } = ownSections(policies, faults);
  const explicit = { ...first, ...moduleSections(bundle), ...last };
  const unread = Object.fromEntries(
    EXPLICIT_SECTIONS.map((name) => [name, z.unknown().optional()]),
  );
  return {
    explicit: valuesOf<ScenarioOutput>(z.strictObject(explicit)),
    frame: valuesOf<FrameOutput>(z.strictObject({ ...frame, ...unread })),
    file: z.strictObject({ ...frame, ...explicit }),
    sections: new Set(Object.keys({ ...frame, ...explicit })),
  };
}

function moduleSections(bundle: z.ZodType<BundleOutput>): Record<string, z.ZodType> {
  return Object.fromEntries(
    SCHEMA_ORDER.map((section) => {
      const { schema, summary } = MODULES[section];
      return [
        section,
        named(schema(bundle) as z.ZodType)
          .optional()
          .describe(summary),
      ];
    }),
  );
}

/** Order of the definitions for templates and defaults: these come first. */
const FIRST: readonly string[] = ['service', 'gateway', 'function', 'database'];
const LAST = 'workload';

function templates(): readonly object[] {
  const kinds = TEMPLATES_ORDER.map((section) => MODULES[section].kind);
  return [...FIRST, ...kinds, LAST].map(definition);
}

function defaults(): Record<string, z.ZodType> {
  const laid = (kind: string, word = kind): z.ZodType =>
    z
      .unknown()
      .optional()
      .meta({ anyOf: [definition(kind)] })
      .describe(`Laid under every ${word}.`);
  const ofModules = DEFAULTS_ORDER.map((section) => {
    const { kind } = MODULES[section];
    return [section, laid(kind, kindWord(kind))] as const;
  });
  return Object.fromEntries([
    ...FIRST.map((kind) => [`${kind}s`, laid(kind)] as const),
    ...ofModules,
    [`${LAST}s`, laid(LAST)] as const,
  ]);
}

function definition(name: string): { $ref: string } {
  return { $ref: `#/definitions/${name}` };
}

const frame = {
  faultline: field.of(z.literal(1), required, 'Version of the language.'),
  title: field.of(freeText().min(1), required, 'Heads every report.'),
  description: freeText().optional().describe('Description.'),
  tags: z.array(freeText()).optional().describe('Tags to search for.'),
  include: z
    .array(z.string().max(400))
    .optional()
    .describe('Files below this folder that are laid under this one, in order.'),
  templates: named(z.unknown().meta({ anyOf: templates() }))
    .optional()
    .describe('Fragments of components that entries may extend.'),
  defaults: z
    .strictObject(defaults())
    .optional()
    .describe(
      'Laid under every entry of a section. In an entry `none` switches a feature off, `null` deletes what is written here.',
    ),
  variants: z
    .array(variantSchema)
    .min(1)
    .max(VARIANTS_MAX)
    .optional()
    .describe('Patches to compare.'),
  budgets: z
    .array(budgetSchema)
    .optional()
    .describe(
      'Goals of the system, such as a success that users need. A variant that misses one breaks. Goals alone decide which variants hold, which faults `explore` reports, where a `sweep` finds a limit, and which causes are proved. Effects that the file shows on purpose, such as an outage, belong in `expect`.',
    ),
  expect: z
    .array(budgetSchema)
    .optional()
    .describe(
      'Expected behaviour of the runs, such as an outage that does happen. An expectation is written like a budget and makes no variant better or worse; `check` fails if it is not met. Goals of the system belong in `budgets`.',
    ),
  hypothesis: hypothesisSchema.optional(),
  lint: lintSchema.optional(),
  sweeps: named(sweepSchema)
    .optional()
    .describe('Experiments over settings, run only by `faultline sweep`.'),
};
