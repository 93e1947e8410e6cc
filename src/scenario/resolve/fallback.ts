import type { Layer } from '../../contracts/scenario/policies.js';
import { eachStep } from '../../language/each-step.js';
import type { Bundle } from '../../contracts/scenario/steps.js';
import type { BundleOutput } from '../schema/bundle.js';
import type { StepOutput } from '../schema/steps.js';
import { STEP_VERBS } from '../verbs.js';
import { viaBalancer } from './balancers.js';
import type { Cursor } from './context.js';
import { resolveCall } from './targets.js';

/** Resolves the call or the steps of a fallback. */
export function resolveFallback(here: Cursor, output: BundleOutput): Bundle['fallback'] {
  const { call, steps } = (output['fallback'] ?? {}) as FallbackOutput;
  const at = here.in('fallback');
  if (call !== undefined) {
    const to = viaBalancer(here.context, resolveCall(at.in('call'), call, ''), '');
    return to === null ? null : { kind: 'call', to };
  }
  if (steps === undefined) return null;
  const owner = HOSTS.has(String(here.path[0])) ? String(here.path[1]) : null;
  const own = here.context.steps(steps, owner, [...at.path, 'steps']);
  eachStep(own, (step) => {
    if (step.verb !== 'respond' || step.responseBytes === null) return;
    const message = 'the response of a fallback is not sent over the network: remove responseSize';
    at.in('steps').conflict(message);
  });
  return { kind: 'steps', steps: own };
}

interface FallbackOutput {
  readonly call?: string;
  readonly steps?: readonly StepOutput[];
}

/** Sections whose components run the fallback steps of the bundles that are written in them. */
const HOSTS: ReadonlySet<string> = new Set(['services', 'gateways', 'functions', 'workloads']);

/** Replaces the steps in the config of a layer by descriptions, because the bundle has the steps themselves. */
export function withStepWords(layer: Layer): Layer {
  const config = layer.config as { readonly steps?: readonly StepOutput[] };
  if (config.steps === undefined) return layer;
  return { ...layer, config: { ...config, steps: config.steps.map(wordOf) } };
}

function wordOf(step: StepOutput): string {
  const verb = STEP_VERBS.find((one) => step[one as keyof StepOutput] !== undefined) ?? '';
  const to = step.call?.to ?? step.query?.database ?? step.publish?.topic;
  return to === undefined ? verb : `${verb} ${to}`;
}
