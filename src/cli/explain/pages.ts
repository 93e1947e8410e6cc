import { z } from 'zod';
import { balancerKinds, faultKinds, outlierKinds, policyKinds } from '../../patterns/registry.js';
import { rules } from '../../lint/index.js';
import type { Rule } from '../../lint/rule.js';
import { METRICS, endingsOf, findMetric } from '../../scenario/metrics.js';
import type { Metric } from '../../scenario/metrics.js';
import { REFERENCE } from '../../scenario/reference.js';
import type { ReferenceEntry } from '../../scenario/reference.js';
import type { FaultKind } from '../../spec/fault.js';
import type { BalancerKind } from '../../spec/balancer.js';
import type { OutlierKind } from '../../spec/outlier.js';
import type { PolicyKind } from '../../spec/policy.js';
import { fieldsOf, languageSchema } from './field-index.js';
import type { Field, JsonSchema } from './field-index.js';
import { indented, paragraph, wrap } from './layout.js';
import { sectionNames, sectionOf, sectionPage } from './section-page.js';

/** Fields of one name that are listed on a page; more of them say the same again. */
const FIELDS_SHOWN = 12;
/** Places of one field that are listed. */
const PATHS_SHOWN = 3;

/**
 * The reference pages of a name: a policy (`retry`) or one kind of it (`gobreaker`,
 * `circuitBreaker.gobreaker`), a section, a fault, a metric with or without its subject, a rule of lint, a verb or a field. A word
 * that is only ever a value (`poisson`, `lifo`) has the page of the fields that take it.
 */
export function pagesOf(name: string): readonly string[] {
  const policies = defaultFirst(policyKinds.filter((kind) => policyNamesOf(kind).includes(name)));
  const faults = faultKinds.filter(({ kind }) => kind === name);
  const balancers = balancerKinds.filter((kind) => balancerNamesOf(kind).includes(name));
  const outliers = defaultFirst(outlierKinds.filter((kind) => outlierNamesOf(kind).includes(name)));
  const components = REFERENCE.filter((entry) => referenceNamesOf(entry).includes(name));
  const metrics = metricsNamed(name);
  const fields = allFields().filter((field) => field.paths.includes(name) || field.name === name);
  const section = sectionPage(name);
  if (section !== null) {
    const others = fields.filter(({ paths }) => !paths.includes(name) && !isDefault(paths));
    return [section, ...(others.length === 0 ? [] : [fieldsPage(name, others)])];
  }
  const pages = [
    ...policies.map(policyPage),
    ...faults.map(faultPage),
    ...balancers.map(balancerPage),
    ...outliers.map(outlierPage),
    ...components.map(referencePage),
    ...metrics.map(metricPage),
    ...rules.filter((rule) => rule.name === name).map(rulePage),
    ...(fields.length === 0 ? [] : [fieldsPage(name, fields)]),
  ];
  if (pages.length > 0) return pages;
  const places = allFields().filter(({ words }) => words.includes(name));
  return places.length === 0 ? [] : [fieldsPage(name, places)];
}

/** Kinds with the one first that is meant where none is written: who asks for `retry` mostly has that. */
function defaultFirst<T extends { readonly isDefault: boolean }>(kinds: readonly T[]): T[] {
  return [...kinds].sort((a, b) => Number(b.isDefault) - Number(a.isDefault));
}

/** A field of `defaults` alone says what its section says. */
function isDefault(paths: readonly string[]): boolean {
  return paths.every((path) => path.startsWith('defaults.'));
}

/** Everything that has a page, for suggestions. */
export function explainableNames(): readonly string[] {
  return [
    ...sectionNames(),
    ...policyKinds.flatMap(policyNamesOf),
    ...faultKinds.map(({ kind }) => kind),
    ...balancerKinds.flatMap(balancerNamesOf),
    ...outlierKinds.flatMap(outlierNamesOf),
    ...REFERENCE.flatMap(referenceNamesOf),
    ...METRICS.map((metric) => metric.name),
    ...rules.map((rule) => rule.name),
    ...allFields().flatMap((field) => [field.name, ...field.words]),
  ];
}

function policyNamesOf({ policy, kind }: PolicyKind): readonly string[] {
  return [policy, kind, `${policy}.${kind}`];
}

function balancerNamesOf({ balancer }: BalancerKind): readonly string[] {
  return [balancer, 'loadBalancing', `loadBalancing.${balancer}`];
}

function outlierNamesOf({ outlier }: OutlierKind): readonly string[] {
  return [outlier, 'outlierDetection', `outlierDetection.${outlier}`];
}

/** `rabbitmq`, `queue.rabbitmq`, `queues.rabbitmq`. */
function referenceNamesOf(entry: ReferenceEntry): readonly string[] {
  const { component, kind, form } = entry;
  return [kind, `${form ?? component}.${kind}`, `${sectionOf(entry)}.${kind}`];
}

function referencePage(entry: ReferenceEntry): string {
  const { component, kind, form, summary, sources, example } = entry;
  return [
    `${sectionOf(entry)}, kind ${kind}`,
    paragraph(summary),
    formTable(form ?? component, kind),
    indented('Example:', example),
    ...(sources.length === 0 ? [] : [indented('Sources:', sources.join('\n'))]),
  ].join('\n\n');
}

/** What a rule of `lint` means, and what to do about it. */
function rulePage({ name, severity, reason, remedy }: Rule): string {
  const how = `faultline lint FILE --rule ${name} looks for this alone, --ignore ${name} for all others.`;
  return [
    `${name}, a rule of lint (${severity})`,
    paragraph(reason),
    paragraph(remedy),
    paragraph(how),
  ].join('\n\n');
}

/** The fields of one kind, out of the schema of its section. */
function formTable(component: string, kind: string): string {
  const { definitions = {} } = languageSchema();
  const own = definitions[component];
  const one = own?.properties === undefined ? [] : [own];
  const forms = (own?.['oneOf'] ?? own?.['anyOf'] ?? one) as readonly JsonSchema[];
  const found = forms.find(({ properties }) =>
    JSON.stringify(properties?.['kind'] ?? null).includes(`"${kind}"`),
  );
  // The levels of a cache have kinds, and all kinds of caches the same fields.
  const form = found ?? (own?.properties === undefined ? undefined : own);
  if (form === undefined) return 'Its fields are those of its section.';
  // What a distribution or a back-off is made of is said on its own page.
  const fields = fieldsOf({ ...form, definitions } as JsonSchema).filter(
    ({ paths }) => !/publishLatency\.|backoff\.|pools?\.|cpu\./.test(paths[0]!),
  );
  return ['Fields:', ...fields.map((field) => fieldText(field).replace(/^/gm, '  '))].join('\n');
}

function balancerPage({ balancer, summary, schema, sources }: BalancerKind): string {
  return [
    `loadBalancing, kind ${balancer}`,
    paragraph(summary),
    schemaTable(schema),
    indented('Sources:', sources.join('\n')),
  ].join('\n\n');
}

function outlierPage(pattern: OutlierKind): string {
  return [
    `outlierDetection, kind ${pattern.outlier}${standardText(pattern)}`,
    paragraph(pattern.summary),
    schemaTable(pattern.schema),
    indented('Example, the value of outlierDetection:', pattern.example),
    indented('Sources:', pattern.sources.join('\n')),
  ].join('\n\n');
}

function policyPage(pattern: PolicyKind): string {
  const { policy, kind, summary, level } = pattern;
  const place = level === 'call' ? 'around all attempts of a call' : 'around each attempt';
  return [
    `${policy}, kind ${kind}${standardText(pattern)}`,
    paragraph(summary),
    `Usual place: ${place}.`,
    schemaTable(pattern.schema),
    indented('Example, a bundle of policies:', pattern.example),
    indented('Sources:', pattern.sources.join('\n')),
  ].join('\n\n');
}

function standardText({ isDefault }: { readonly isDefault: boolean }): string {
  return isDefault ? ' (the kind meant where none is written)' : '';
}

function faultPage(pattern: FaultKind): string {
  return [
    `${pattern.kind}, a fault`,
    paragraph(pattern.summary),
    `Targets: ${pattern.targets.join(', ')}.`,
    schemaTable(pattern.schema),
    indented('Example:', pattern.example),
    indented('Sources:', pattern.sources.join('\n')),
  ].join('\n\n');
}

/** `latency`, `latency.p99`, `shoppers.latency.p99`, `a->b.amplification`. */
function metricsNamed(name: string): readonly Metric[] {
  const words = name.replace(/^.*->/, '').split('.');
  for (let start = 0; start < words.length; start++) {
    const found = findMetric(words.slice(start));
    if (found.known === 'yes' || found.known === 'ending') return [found.metric];
  }
  return [];
}

function metricPage(metric: Metric): string {
  const endings = endingsOf(metric);
  const better = { low: 'Lower is better.', high: 'Higher is better.', none: '' }[metric.better];
  return [
    `${metric.name}, a metric`,
    paragraph(metric.help),
    `Of: ${metric.subjects.join(', ')}. Unit: ${UNIT_WORDS[metric.unit]}. ${better}`.trimEnd(),
    ...(endings.length === 0 ? [] : [paragraph(`Followed by: ${endings.join(', ')}.`)]),
    ...(metric.needsAfter ? ['Needs a clause `after FAULT`.'] : []),
  ].join('\n\n');
}

const UNIT_WORDS = {
  seconds: 'seconds',
  perSecond: 'per second',
  share: 'share, 0 to 1',
  number: 'number',
} as const;

function fieldsPage(name: string, fields: readonly Field[]): string {
  const shown = fields.slice(0, FIELDS_SHOWN).map(fieldText);
  const rest = fields.length - shown.length;
  const more = rest > 0 ? [`and ${rest} more`] : [];
  return [`${name}, in a scenario`, ...shown, ...more].join('\n\n');
}

/** Where a field stands; the rest is said in words where there are many places. */
function headOf({ paths, words }: Field): string {
  const sorted = [...paths].sort((a, b) => rankOf(a) - rankOf(b) || a.length - b.length);
  const shown = sorted.slice(0, PATHS_SHOWN).join(', ');
  const rest = sorted.length - PATHS_SHOWN;
  const more = rest > 0 ? ` and ${rest} more places` : '';
  return `${shown}${words.length === 1 ? `: ${words[0]}` : ''}${more}`;
}

/** Services are what people look for first. */
function rankOf(path: string): number {
  return path.startsWith('services.') ? 0 : 1;
}

function fieldText(field: Field): string {
  const { description, words, default: standard, fields } = field;
  const lines = [headOf(field), ...wrap(description, '  ')];
  if (words.length > 1) lines.push(...wrap(`One of: ${words.join(', ')}.`, '  '));
  if (fields.length > 0) lines.push(...wrap(`Fields: ${fields.join(', ')}.`, '  '));
  const isSaid = standard === undefined || description.includes('Defaults to');
  if (!isSaid) lines.push(`  Default: ${JSON.stringify(standard)}`);
  return lines.join('\n');
}

function schemaTable(schema: z.ZodType): string {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  const fields = fieldsOf(json);
  if (fields.length === 0) return 'It has no fields of its own.';
  return ['Fields:', ...fields.map((field) => fieldText(field).replace(/^/gm, '  '))].join('\n');
}

let fields: readonly Field[] | undefined;

function allFields(): readonly Field[] {
  fields ??= fieldsOf(languageSchema());
  return fields;
}
