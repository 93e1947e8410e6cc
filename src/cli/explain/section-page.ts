import { faultKinds, policyKinds } from '../../patterns/registry.js';
import { METRICS } from '../../language/metrics.js';
import { REFERENCE } from '../../scenario/reference.js';
import type { ReferenceEntry } from '../../scenario/reference-entry.js';
import { JUDGED_SECTIONS } from '../../contracts/scenario/judged.js';
import { SECTION_EXAMPLES } from '../../scenario/reference/sections.js';
import { PART_KIND, SECTION, type ComponentKind } from '../../contracts/component-kind.js';
import { languageSchema, resolve, type JsonSchema } from './field-index.js';
import { columns, firstSentence, indented, paragraph, wrap } from './layout.js';

/** Sections whose entries are texts, or that may have the fields of any component. */
const UNLISTED: ReadonlySet<string> = new Set([...JUDGED_SECTIONS, 'templates']);

/** Names of the sections of a scenario, without single values. */
export function sectionNames(): readonly string[] {
  return Object.entries(languageSchema().properties ?? {}).flatMap(([name, schema]) =>
    Object.keys(ownFields(name, schema)).length > 0 || UNLISTED.has(name) ? [name] : [],
  );
}

/** The section of a kind of component; `functions` has its own. */
export function sectionOf({ component, form }: ReferenceEntry): string {
  return form === undefined ? SECTION[component] : `${form}s`;
}

/** Grammar of an expectation; see language/expression.ts. */
const GRAMMAR = `METRIC COMPARISON LIMIT [WINDOW] [STEPS] [in VARIANT, VARIANT ...]

  METRIC      SUBJECT.NAME: shoppers.latency.p99, edge->shop.amplification, orders.shipping.lag
  COMPARISON  < <= > >= == !=
  LIMIT       500ms, 99%, 20/s, 3, never; another metric; 120% of it, of a VARIANT, of before,
              or of saved: what check --baseline FILE holds of the same metric and window
  WINDOW      during FAULT, before FAULT, after FAULT, from 10s to 20s
  STEPS       always, for 99% of steps: the share of the timeline's steps
              (run.timeline) that must hold, each by itself`;

/**
 * The page of a section: its kinds, its fields in a line each, its metrics and an example file; null for other names.
 */
export function sectionPage(name: string): string | null {
  const schema = languageSchema().properties?.[name];
  if (schema === undefined || !sectionNames().includes(name)) return null;
  const kinds = kindsOf(name);
  const fields = Object.entries(ownFields(name, schema));
  const example = SECTION_EXAMPLES.get(name) ?? entriesOf(name)[0]?.example;
  return [
    `${name}, a section`,
    paragraph(schema.description ?? ''),
    ...(example === undefined ? [] : [indented('Example:', example)]),
    ...(JUDGED_SECTIONS.some((own) => own === name) ? [GRAMMAR] : []),
    ...(kinds.length === 0 ? [] : [indented('Kinds, each with a page:', columns(kinds))]),
    ...(fields.length === 0 ? [] : [indented('Fields:', fieldRows(fields))]),
    ...metricLines(name),
  ].join('\n\n');
}

function entriesOf(section: string): readonly ReferenceEntry[] {
  return REFERENCE.filter((entry) => sectionOf(entry) === section);
}

/** The kinds of a section with a summary of each: of components, faults or policies. */
export function kindsOf(section: string): readonly (readonly [kind: string, summary: string])[] {
  const rows =
    section === 'faults'
      ? faultKinds.map(({ kind, summary }) => [kind, firstSentence(summary)] as const)
      : section === 'policies'
        ? policyKinds.map(
            ({ policy, kind, summary }) => [nameOf(policy, kind), firstSentence(summary)] as const,
          )
        : entriesOf(section).map(({ kind, summary }) => [kind, firstSentence(summary)] as const);
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** `retry` where a policy has only one kind, else `circuitBreaker.polly`. */
function nameOf(policy: string, kind: string): string {
  const alone = policyKinds.filter((own) => own.policy === policy).length === 1;
  return alone ? policy : `${policy}.${kind}`;
}

function fieldRows(fields: readonly (readonly [string, JsonSchema])[]): string {
  return columns(
    fields.map(([field, schema]) => {
      const text = schema.description ?? resolved(schema).description ?? '';
      // The `kind` of every form describes only its own word.
      if (schema.const !== undefined) return [field, 'Its kind. Required.'];
      const first = firstSentence(text);
      const isHidden = text.includes('Required.') && !first.includes('Required.');
      return [field, isHidden ? `${first} Required.` : first];
    }),
  );
}

/** Metrics of the components of a section and of their parts. */
function metricLines(section: string): readonly string[] {
  const kind = (Object.keys(SECTION) as ComponentKind[]).find((own) => SECTION[own] === section);
  if (kind === undefined) return [];
  const lines = [kind, PART_KIND[kind]].flatMap((subject) => {
    const own = METRICS.filter(({ subjects }) => subjects.includes(subject));
    const names = [...new Set(own.map((metric) => metric.name))].sort();
    return names.length === 0 ? [] : wrap(`${subject}: ${names.join(', ')}`, '', '  ');
  });
  return lines.length === 0 ? [] : [indented('Metrics:', lines.join('\n'))];
}

/** Fields of an entry of a section, or of the section where it has no entries; for faults, those of all kinds. */
function ownFields(name: string, section: JsonSchema): Readonly<Record<string, JsonSchema>> {
  if (UNLISTED.has(name)) return {};
  const inner = Object.values(section.patternProperties ?? {})[0];
  const { items } = section;
  const list = Array.isArray(items) ? undefined : (items as JsonSchema | undefined);
  const all = propertiesOf(inner ?? list ?? section);
  if (name !== 'faults') return all;
  const forms = list?.oneOf ?? [];
  const shared = Object.entries(all).filter(([key]) =>
    forms.every(({ properties }) => properties?.[key] !== undefined),
  );
  return Object.fromEntries(shared);
}

/** Properties of a mapping, of all its forms where it has several. */
function propertiesOf(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  const own = resolved(schema);
  const forms = [...(own.oneOf ?? []), ...(own.anyOf ?? []), ...(own.allOf ?? [])];
  return Object.assign({}, ...forms.map(propertiesOf), own.properties) as Record<
    string,
    JsonSchema
  >;
}

function resolved(schema: JsonSchema): JsonSchema {
  return schema.$ref === undefined ? schema : resolve(languageSchema(), schema.$ref);
}
