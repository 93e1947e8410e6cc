import { eachStep } from '../../language/each-step.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
import type { Step, StepOf } from '../../contracts/scenario/steps.js';
import { all, fieldsText, setFieldsText } from './fields.js';
import { callText, lines, plainText } from './values.js';

/** The steps that use caches, topics, queues, event stores and views. */
export function stepLines({ services, gateways, workloads }: Scenario): readonly string[] {
  const named = (
    list: readonly { readonly name: string; readonly steps: readonly Step[] | null }[],
  ) => list.flatMap(({ name, steps }) => stepsOf(steps ?? []).map((text) => `.${name}: ${text}`));
  return [
    ...lines(services, ({ endpoints }) => named([...endpoints.values()])),
    ...lines(gateways, ({ routes }) => named(routes)),
    ...lines(workloads, ({ requests }) => named(requests)),
  ];
}

function stepsOf(steps: readonly Step[]): readonly string[] {
  const texts: string[] = [];
  eachStep(steps, (step) => {
    const text = TEXTS[step.verb]?.(step as never) ?? '';
    if (text !== '') texts.push(`${step.verb} ${text}`);
  });
  return texts;
}

/** Fields that every step can have. */
const COMMON = all('hidden', 'verb name policy probability times optional onError background when');

const TEXTS: { readonly [V in Step['verb']]?: (step: StepOf<V>) => string } = {
  cache({ op, cache, ...own }) {
    const store = (isStored: boolean): string | null => (isStored ? null : 'false');
    const words = { ...COMMON, onMiss: stepsText, write: stepsText, store };
    return setFieldsText({ [op]: cache, ...own }, words);
  },
  publish: (step) => fieldsText(step, { ...COMMON, acks: 'ifGiven' }),
  load(step) {
    const all = { stream: () => 'all', fromVersion: 'hidden' } as const;
    return setFieldsText(step, { ...COMMON, ...(step.range === null ? {} : all) });
  },
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
