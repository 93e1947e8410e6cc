import { readTraces } from '../../../src/importing/traces/index.js';
import type {
  TraceHints,
  TraceModel,
  TracedCall,
  TracedEndpoint,
  TracedStep,
} from '../../../src/importing/traces/model.js';
import { callsIn } from '../../../src/importing/traces/steps.js';
import { parseDistribution } from '../../../src/contracts/quantities/distribution-text.js';
import { meanOf } from '../../../src/kernel/distribution.js';

/** The model of the texts of files, cut into chunks of a length. */
export function modelOf(
  texts: readonly string[],
  {
    cores = {},
    cpu = {},
    chunk = 65_536,
    sampled,
  }: {
    cores?: Record<string, number>;
    cpu?: Record<string, number>;
    chunk?: number;
    sampled?: number;
  } = {},
): Promise<TraceModel> {
  const hints: TraceHints = {
    cores: (component) => cores[component] ?? null,
    replicas: () => null,
    cpu: (component) => cpu[component] ?? null,
    sampled,
  };
  const sources = texts.map((text, k) => ({
    path: `traces-${k}.json`,
    async *chunks(): AsyncIterable<string> {
      for (let from = 0; from < text.length; from += chunk) yield text.slice(from, from + chunk);
      await Promise.resolve();
    },
  }));
  return readTraces(sources, hints);
}

export function endpoint(model: TraceModel, component: string, name: string): TracedEndpoint {
  const found = model.components.find((one) => one.name === component);
  const own = found?.endpoints.find((one) => one.name === name);
  if (own === undefined) throw new Error(`${component} ${name} was not found`);
  return own;
}

/** Steps in short: `work`, `shop GET /buy`, `3 x [...]`, `{a | b}`, `30% ads GET /get`. */
export function shape(steps: readonly TracedStep[]): string {
  return steps.map(shapeOf).join(', ');
}

function shapeOf(step: TracedStep): string {
  switch (step.kind) {
    case 'work':
    case 'wait':
      return step.kind;
    case 'parallel':
      return `{${step.branches.map(shape).sort().join(' | ')}}`;
    case 'choose':
      return `(${step.branches.map(({ weight, steps }) => `${weight.text} ${shape(steps)}`).join(' or ')})`;
    case 'repeat':
      return `${step.times.text} x [${shape(step.steps)}]`;
    default:
      return callText(step);
  }
}

function callText({ chance, to, endpoint: name }: TracedCall): string {
  return `${chance === null ? '' : 'maybe '}${to} ${name}`;
}

/** Mean of all own time of the steps, ms. */
export function ownMs(steps: readonly TracedStep[]): number {
  return steps.reduce((sum, step) => {
    const isTime = step.kind === 'work' || step.kind === 'wait';
    return isTime ? sum + meanOf(parseDistribution(step.time.text)) / 1e6 : sum;
  }, 0);
}

/** Calls whose component or endpoint the model does not have. */
export function dangling({ components, entries }: TraceModel): readonly string[] {
  const known = new Set(
    components.flatMap(({ name, endpoints }) => endpoints.map((one) => `${name} ${one.name}`)),
  );
  const calls = components.flatMap(({ endpoints }) =>
    endpoints.flatMap(({ steps }) => callsIn(steps)),
  );
  return [...calls, ...entries]
    .map(({ to, endpoint: name }) => `${to} ${name}`)
    .filter((target) => !known.has(target));
}
