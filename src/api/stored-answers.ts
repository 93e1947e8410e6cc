import type { AnswerResult } from '../contracts/result/components.js';
import type { Result, VariantResult } from '../contracts/result/result.js';
import type { Measure } from '../contracts/scenario/expression.js';
import { parseMeasure } from '../language/expression.js';
import { findMetric } from '../language/metrics.js';
import { meant } from '../scenario/suggest.js';
import { OptionError } from './errors.js';
import type { Answer } from './questions.js';

/** The figure of a document: one without an interval has none there, which is no statement about its accuracy. */
type Stored = Pick<Answer, 'value' | 'ci95'>;

/** Figures of a component, an endpoint or a call. */
type Figures = ReadonlyMap<string, Stored>;

/**
 * The answers that a result document has without any run: of the whole run, for each component, endpoint and call,
 * success, the latencies of all responses and of successes, throughput, goodput and, of components, utilization.
 * Throws an OptionError for the first text that it cannot answer.
 */
export function storedAnswers(result: Result, texts: readonly string[]): readonly Answer[] {
  return texts.flatMap((text) => {
    const parsed = parseMeasure(text);
    if (!parsed.ok) throw refused(text, parsed.message, []);
    const { measure } = parsed;
    if (measure.window !== null)
      throw refused(text, 'a result has no runs to measure in a window: ask the scenario', []);
    const names = measure.variants?.map(({ name }) => name);
    const missing = names?.find((name) => result.variants.every((own) => own.name !== name));
    const known = result.variants.map(({ name }) => name);
    if (missing !== undefined)
      throw refused(text, `there is no variant ${missing}; there is`, known, missing);
    return result.variants
      .filter(({ name }) => names?.includes(name) ?? true)
      .map((variant) => answerOf(variant, measure, result.replications));
  });
}

function answerOf(variant: VariantResult, measure: Measure, replications: number): Answer {
  const { text, metric } = measure;
  const figures = figuresOf(variant, measure);
  const name = metric.name.join('.');
  const found = figures.get(name);
  if (found === undefined) {
    const all = [...figures.keys()];
    throw refused(
      text,
      `a result has no ${name} of this subject: ask the scenario, or for`,
      all,
      name,
    );
  }
  const known = findMetric(metric.name);
  const unit = known.known === 'yes' ? known.metric.unit : 'number';
  const rest = { never: 0, each: [], replications, verdict: null, stop: null };
  return { question: text, variant: variant.name, unit, ...found, ...rest };
}

/** The figures of the subject of a question. */
function figuresOf({ components, edges }: VariantResult, { text, metric }: Measure): Figures {
  const { subject } = metric;
  if (subject.kind === 'edge') {
    const [from, to] = [subject.from, subject.to].map(({ component }) => component);
    return byName(entryOf(edges, `${from}->${to}`, text));
  }
  if (subject.kind !== 'component') throw refused(text, ELSEWHERE, []);
  const { component, part, version, instance } = subject.at;
  if (version !== null || instance !== null) throw refused(text, ELSEWHERE, []);
  const own = entryOf(components, component, text);
  if (part !== null) return byName(entryOf(own.parts, part, text));
  const utilization = { value: own.utilization, ci95: null };
  return new Map([...byName(own), ['utilization', utilization]]);
}

const ELSEWHERE =
  'a result answers questions about components, their endpoints and calls between components: ask the scenario';

function byName(own: AnswerResult): Figures {
  const { success, successCi95, throughput, goodput } = own;
  const latencies = (['latency', 'successLatency'] as const).flatMap((name) => {
    const { ci95, count: _count, histogram: _histogram, ...values } = own[name];
    return Object.entries(values).map(([stat, value]) => {
      const interval = ci95?.[stat as keyof typeof ci95] ?? null;
      return [`${name}.${stat}`, { value, ci95: interval }] as const;
    });
  });
  const all: readonly (readonly [string, Stored])[] = [
    ['success', { value: success, ci95: successCi95 }],
    ...latencies,
    ['throughput', { value: throughput, ci95: null }],
    ['goodput', { value: goodput, ci95: null }],
  ];
  return new Map(all.filter(([name]) => findMetric(name.split('.')).known === 'yes'));
}

function entryOf<T>(entries: Readonly<Record<string, T>>, name: string, text: string): T {
  const found = Object.hasOwn(entries, name) ? entries[name] : undefined;
  if (found === undefined)
    throw refused(text, `the result has no ${name}; it has`, Object.keys(entries).sort(), name);
  return found;
}

function refused(
  text: string,
  why: string,
  allowed: readonly string[],
  found: string = text,
): OptionError {
  const near = meant(found, allowed);
  const list = allowed.length === 0 ? '' : ` ${allowed.join(', ')}`;
  const guess = near === undefined ? '' : ` (did you mean ${JSON.stringify(near)}?)`;
  return new OptionError(`${JSON.stringify(text)}: ${why}${list}${guess}`, {
    option: 'text',
    found,
    allowed,
  });
}
