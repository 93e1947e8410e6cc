import { faultKind } from '../../patterns/registry.js';
import type { Fault, FaultCondition, Scenario } from '../../contracts/scenario/scenario.js';
import { namesOf } from '../expectations.js';
import type { Expression, Subject } from '../../contracts/scenario/expression.js';
import { checkExpression, parseCondition } from '../../language/expression.js';
import { findMetric, type Metric } from '../../language/metrics.js';
import { MESSAGE_METRICS } from '../../language/metrics/messages.js';
import { QUEUE_METRICS } from '../../language/metrics/queues.js';
import type { WrittenFault } from '../../contracts/scenario/faults.js';
import type { Cursor } from './context.js';
import type { CallGraph } from './graph.js';
import type { Raise } from './names.js';

const isRunning = ({ ending, needsAfter }: Metric): boolean =>
  (ending === 'gauge' || ending === 'none') && !needsAfter;

/** Metrics that are available during a run. */
const WATCHED: ReadonlySet<string> = new Set([
  ...'queue concurrency cpu utilization memory success throughput'.split(' '),
  ...['outcomes', 'share'],
  ...[...MESSAGE_METRICS, ...QUEUE_METRICS].filter(isRunning).map(({ name }) => name),
]);

/** Metrics of calls that are available during a run. */
const WATCHED_OF_EDGES: ReadonlySet<string> = new Set(
  'success throughput outcomes share calls attempts'.split(' '),
);

/** The condition of a fault, and its parsed expression. */
export interface Awaited {
  readonly when: FaultCondition;
  /** null = it waits for an alert. */
  readonly expression: Expression | null;
}

/** Resolves the condition of a fault; null if it has none or it is invalid. Names and units are checked later. */
export function resolveCondition(here: Cursor, output: WrittenFault): Awaited | null {
  if (output.when === null) return null;
  const called = calledBy(here, output);
  if (called !== null) return { when: called, expression: null };
  const parsed = parseCondition(output.when);
  if (!parsed.ok) {
    here.in('when').report('FL501', parsed.message, parsed);
    return null;
  }
  const { expression, forNs } = parsed;
  const { subject, name } = expression.metric;
  const found = findMetric(name);
  const watched = watchedBy(subject);
  const wrong = problemOf(expression, name[0]!);
  if (wrong !== null || watched === null || expression.limit.kind !== 'quantity') {
    here.in('when').report('FL502', wrong ?? 'expected a number as the limit');
    return null;
  }
  const when = {
    text: expression.text,
    ...watched,
    metric: name[0]!,
    ending: found.known === 'yes' ? found.ending : '',
    op: expression.op,
    limit: expression.limit.quantity.value,
    forNs,
    count: output.count ?? 1,
    lengthNs: faultKind(output.kind)?.instant === true ? 0 : (output.forNs ?? null),
  };
  return { when, expression };
}

/** A fault that is a response to an alert; null if it waits for something else. */
function calledBy(here: Cursor, output: WrittenFault): FaultCondition | null {
  const name = /^alerts\.(\S+)$/.exec(output.when!.trim())?.[1];
  if (name === undefined) return null;
  checkAlert(here.in('when'), name);
  return {
    text: `alerts.${name} fires`,
    component: '',
    version: null,
    part: null,
    instance: null,
    caller: null,
    metric: '',
    ending: '',
    op: '>',
    limit: 0,
    forNs: 0,
    count: output.count ?? 1,
    lengthNs: faultKind(output.kind)?.instant === true ? 0 : (output.forNs ?? null),
    alert: { name, delayNs: output.delayNs },
  };
}

/** When a responder ends a fault. */
export function mitigationOf(here: Cursor, { mitigated }: WrittenFault): Pick<Fault, 'mitigated'> {
  if (mitigated === null) return {};
  checkAlert(here.in('mitigated', 'alert'), mitigated.alert);
  return { mitigated: { name: mitigated.alert, delayNs: mitigated.afterNs } };
}

function checkAlert(here: Cursor, name: string): void {
  const { alerts } = here.output;
  const pasted = alerts?.groups?.flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? []));
  const known = [...Object.keys(alerts?.rules ?? {}), ...(pasted ?? [])];
  here.isOneOf(name, known, `there is no alert ${name}`);
}

/** The watched requests or calls; null for the whole run. */
function watchedBy(
  subject: Subject,
): Pick<FaultCondition, 'component' | 'version' | 'part' | 'instance' | 'caller'> | null {
  if (subject.kind === 'component') return { ...subject.at, caller: null };
  return subject.kind === 'edge' ? { ...subject.to, version: null, caller: subject.from } : null;
}

function problemOf({ metric, limit }: Expression, name: string): string | null {
  const { subject } = metric;
  if (subject.kind !== 'component' && subject.kind !== 'edge') {
    return 'expected a component, one of its parts or instances, or an edge CALLER->CALLEE';
  }
  const watched = subject.kind === 'edge' ? WATCHED_OF_EDGES : WATCHED;
  if (!watched.has(name)) {
    const of = subject.kind === 'edge' ? 'of an edge ' : '';
    return `${name} ${of}is not available during a run; available are ${[...watched].sort().join(' ')}`;
  }
  return limit.kind === 'quantity'
    ? null
    : 'expected a number as the limit, because other values are known only after the run';
}

/** Reports unknown names and wrong units in the conditions of all faults. */
export function checkConditions(
  awaited: readonly (Awaited | null)[],
  scenario: Scenario,
  graph: CallGraph,
  raise: Raise,
): void {
  if (awaited.every((one) => one === null)) return;
  const names = namesOf({ name: '', scenario, graph }, []);
  awaited.forEach((one, index) => {
    if (one === null || one.expression === null) return;
    for (const problem of checkExpression(one.expression, names)) {
      raise('FL502', ['faults', index, 'when'], problem.message);
    }
  });
}
