import { eachStep } from '../../language/each-step.js';
import type { Scenario } from '../../spec/scenario/scenario.js';
import type { Step } from '../../spec/scenario/steps.js';
import { all, fieldsText, setFieldsText } from './fields.js';
import { callText, plainText, sorted } from './values.js';

/** The steps that use caches, topics, queues, event stores and views. */
export function stepLines({ services, gateways, workloads }: Scenario): readonly string[] {
  const lines: string[] = [];
  const read = (component: string, part: string, steps: readonly Step[] | null): void =>
    eachStep(steps ?? [], (step) => {
      const text = TEXTS[step.verb]?.(step as never) ?? '';
      if (text !== '') lines.push(`${component}.${part}: ${step.verb} ${text}`);
    });
  for (const [name, { endpoints }] of sorted(services)) {
    for (const [part, { steps }] of sorted(endpoints)) read(name, part, steps);
  }
  for (const [name, { routes }] of sorted(gateways)) {
    for (const route of routes) read(name, route.name, route.steps);
  }
  for (const [name, { requests }] of sorted(workloads)) {
    for (const request of requests) read(name, request.name, request.steps);
  }
  return lines;
}

/** Fields that every step can have. */
const COMMON = all(
  'hidden',
  ...(['verb', 'name', 'policy', 'probability', 'times', 'optional'] as const),
  ...(['onError', 'background', 'when'] as const),
);

type StepOf<V extends Step['verb']> = Extract<Step, { readonly verb: V }>;
const TEXTS: { readonly [V in Step['verb']]?: (step: StepOf<V>) => string } = {
  cache: ({ op, cache, ...own }) =>
    setFieldsText(
      { [op]: cache, ...own },
      {
        ...COMMON,
        onMiss: stepsText,
        write: stepsText,
        store: (isStored) => (isStored ? null : 'false'),
      },
    ),
  publish: (step) => setFieldsText(step, { ...COMMON, confirm: 'always' }),
  load: (step) =>
    setFieldsText(step, {
      ...COMMON,
      ...(step.range === null ? {} : { stream: () => 'all', fromVersion: 'hidden' }),
    }),
  append: (step) =>
    setFieldsText(step, {
      ...COMMON,
      maxConflictRetries: 'always',
      expectedVersion: (version) => version ?? 'exact after a load of the stream, else any',
    }),
  query: ({ database, operation, of }) =>
    of === null ? '' : `${database}.${operation}, ${fieldsText(of, { consistency: callText })}`,
};

/** The verbs of steps inside a step. */
function stepsText(steps: readonly Step[] | null): string | null {
  return steps === null ? null : plainText(steps.map(({ verb }) => verb));
}
