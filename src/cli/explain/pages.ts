import { rules } from '../../lint/index.js';
import type { Rule } from '../../lint/rule.js';
import { METRICS } from '../../language/metrics.js';
import { synonym } from '../../scenario/synonyms.js';
import { OUTCOME_NAMES } from '../../contracts/outcome.js';
import { codeNames, codePages } from './code-pages.js';
import type { Field } from './field-index.js';
import { fieldsPage, formPage } from './field-pages.js';
import { kindNames, kindPages } from './kind-pages.js';
import { lawPages, LAW_NAMES } from './law-pages.js';
import { paragraph } from './layout.js';
import { metricNames, metricPages } from './metric-pages.js';
import { OUTCOME_GROUPS, outcomePages } from './outcome-pages.js';
import { patternNames, patternPages } from './pattern-pages.js';
import { languageFields, pathsNamed, sectionOfEntry } from './schema-path.js';
import { sectionNames, sectionPage } from './section-page.js';
import { WORDS, plainName, wordPages } from './word-pages.js';

/**
 * The reference pages of a name: a section or one of its entries (`cache`), a policy (`retry`) or one kind of it
 * (`gobreaker`, `circuitBreaker.gobreaker`), a fault, an outcome or a group of them, a metric with or without its
 * subject, a rule of lint, a field or a path of fields (`autoscaling.target`), a pattern of architecture (`cqrs`), a
 * code, a word of the report. A word that is only ever a value (`poisson`, `lifo`) has the page of the fields that
 * accept it. If no name matches exactly, spaces, dashes and case are ignored.
 */
export function pagesOf(name: string): readonly string[] {
  const exact = exactPages(name);
  if (exact.length > 0) return exact;
  const other = explainableNames().find((own) => plainName(own) === plainName(name));
  return other === undefined || other === name ? mentions(name) : exactPages(other);
}

function exactPages(name: string): readonly string[] {
  if (PATHS_ELSEWHERE.has(name)) return [];
  const section = [name, sectionOfEntry(name)].find((own) => sectionNames().includes(own ?? ''));
  const kinds = kindPages(name);
  const metrics = metricPages(name);
  const { fields, forms } = pathsNamed(name);
  // A field with the name of a section is left out if it is that section, or exists only in `defaults`.
  const others = section === undefined ? fields : fields.filter((field) => !isOf(field, section));
  const pages = [
    ...(section === undefined ? [] : sectionPages(section)),
    ...kinds,
    ...outcomePages(name),
    ...metrics,
    ...rules.filter((rule) => rule.name === name).map(rulePage),
    ...(others.length === 0 ? [] : [fieldsPage(name, others)]),
    // The page of a kind of policy or component already lists its fields.
    ...(kinds.length > 0 ? [] : forms.map((form) => formPage(name, form))),
    ...patternPages(name),
    ...wordPages(name),
    ...codePages(name),
  ];
  const law = lawPages(name);
  if (pages.length > 0) return [...law, ...pages];
  const places = languageFields().filter(
    ({ words, description }) =>
      // The page of a law has this; others, such as those of arrivals, have values of that name too.
      words.includes(name) && (law.length === 0 || !description.startsWith('Name of the law')),
  );
  return [...law, ...(places.length === 0 ? [] : [fieldsPage(name, places)])];
}

/** Pages that mention something as code, such as a value that is in no list of words. */
function mentions(name: string): readonly string[] {
  const code = `\`${name}\``;
  const fields = languageFields().filter(({ description }) => description.includes(code));
  const metrics = METRICS.filter(({ help }) => help.includes(code));
  return [
    ...metrics.flatMap((metric) => metricPages(metric.name)),
    ...(fields.length === 0 ? [] : [fieldsPage(name, fields)]),
  ];
}

/** Paths of Kubernetes that correspond to a field of the language. */
const PATHS_ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['resources.limits', 'cpu'],
  ['resources.limits.cpu', 'cpu'],
  ['resources.limits.memory', 'memory'],
  ['resources.requests.memory', 'memory'],
]);

/** The name for a word of other tools, such as `hpa`, in this language; undefined if there is none. */
export function nameHere(name: string): string | undefined {
  const path = PATHS_ELSEWHERE.get(name);
  return path === undefined ? synonym(name, explainableNames()) : `services.<name>.${path}`;
}

function sectionPages(section: string): readonly string[] {
  const page = sectionPage(section);
  return page === null ? [] : [page];
}

function isOf({ paths }: Field, section: string): boolean {
  return paths.includes(section) || paths.every((path) => path.startsWith('defaults.'));
}

/** All names with a page, for suggestions. */
export function explainableNames(): readonly string[] {
  return [
    ...sectionNames(),
    ...kindNames(),
    ...LAW_NAMES,
    ...OUTCOME_NAMES,
    ...OUTCOME_GROUPS,
    ...metricNames(),
    ...rules.map((rule) => rule.name),
    ...languageFields().flatMap((field) => [field.name, ...field.words]),
    ...patternNames(),
    ...WORDS.map(({ word }) => word),
    ...codeNames(),
  ];
}

/** The meaning of a rule of `lint`, and what to do about it. */
function rulePage({ name, severity, reason, remedy }: Rule): string {
  const how = `faultline lint FILE --rule ${name} looks for this alone, --ignore ${name} for all others.`;
  return [
    `${name}, a rule of lint (${severity})`,
    paragraph(reason),
    paragraph(remedy),
    paragraph(how),
  ].join('\n\n');
}
