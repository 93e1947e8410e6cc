import { change, changeItems, type Node } from '../located.js';
import type { Path } from '../resolve/context.js';
import { checkParts } from '../resolve/names.js';
import { sagaSchema } from '../../contracts/scenario/sagas.js';
import { changeEach, wrapScalar } from '../short-forms.js';
import { visitBundle, visitPolicy, type Visitor } from '../walk-steps.js';
import { asHost, noHost, none, nothing, unchanged, type Module, type NamedEntry } from './kind.js';
import { sagaCalls } from './sagas/calls.js';
import { SAGA_REFERENCE } from './sagas/reference.js';
import { resolveSaga } from './sagas/resolve.js';

/** Sagas with an orchestrator, or choreographed by events of their steps. */
export const sagas: Module<'sagas'> = {
  kind: 'saga',
  summary: 'Sagas: steps in several services that all take effect, or are compensated.',
  reference: SAGA_REFERENCE,
  example: SAGA_REFERENCE[0].example,
  schema: sagaSchema,
  expand: (entry) => {
    const saga = changeEach(entry, ['persistence'], (value) => wrapScalar(value, 'query'));
    return changeEach(saga, ['isolation'], (value) => wrapScalar(value, 'kind'));
  },
  inherit: unchanged,
  visit: visitSaga,
  parts: partsOf,
  instead: (name) => `${name} is a saga: write saga: ${name}`,
  lags: none,
  resolve: resolveSaga,
  subject: ({ steps }) => ({ parts: steps.map(({ name }) => name), instances: 0 }),
  host: noHost,
  calls: sagaCalls,
  check: nothing,
  target: asHost,
};

function partsOf({ name, output, raise }: NamedEntry<'sagas'>): readonly string[] {
  const written = output.steps.flatMap((entry, index) => {
    const path = ['sagas', name, 'steps', index];
    return Array.isArray(entry)
      ? entry.map((step, k) => ({ name: step.name, path: [...path, k, 'name'] }))
      : [{ name: entry.name, path: [...path, 'name'] }];
  });
  checkParts(written, 'step', name, raise);
  return written.map((step) => step.name);
}

/** Visits the bundles of the steps and of the compensations. */
function visitSaga(node: Node, path: Path, visitor: Visitor): Node {
  if (node.type !== 'map') return node;
  const steps = (list: Node, at: Path): Node =>
    changeItems(list, (step, index) =>
      step.type === 'list'
        ? steps(step, [...at, index])
        : visitPolicy(step, [...at, index], visitor),
    );
  const own = change(node, 'compensationPolicy', (policy) =>
    visitBundle(policy, [...path, 'compensationPolicy'], visitor),
  );
  return change(own, 'steps', (list) => steps(list, [...path, 'steps']));
}
