import { parseCallText } from '../contracts/quantities/call-text.js';
import { JUDGED_SECTIONS } from '../contracts/scenario/judged.js';
import { longForm, type KindForm } from '../contracts/quantities/kind-fields.js';
import { QuantityError } from '../contracts/quantities/quantity-text.js';
import type { Problems } from './diagnostics.js';
import {
  type Node,
  type Path,
  type PathKey,
  change,
  changeAll,
  changeItems,
  get,
  list,
  map,
  put,
  scalar,
  single,
  text,
} from './located.js';
import { located } from './merge.js';
import { MAIN_ARGUMENT } from './verbs.js';
import { spelled, spelledHost } from './spellings/apply.js';
import { visitScenario } from './walk.js';
import { MODULES, SECTIONS } from './modules/index.js';
import { withoutSwitchedOff } from './switched-off.js';
import { changeEach, wrapCores, wrapDistribution, wrapScalar } from './short-forms.js';

/** Textual forms of arrivals: fields in the order of positional arguments. */
const ARRIVAL_FORMS: ReadonlyMap<string, KindForm> = new Map<string, KindForm>([
  ['poisson', { fields: ['rate'], example: 'poisson(300/s)' }],
  ['constant', { fields: ['rate'], example: 'constant(300/s)' }],
  [
    'sinusoid',
    { fields: ['mean', 'amplitude', 'period', 'process!'], example: 'sinusoid(100/s 50/s 1m)' },
  ],
  [
    'burst',
    { fields: ['base', 'peak', 'every', 'for', 'process!'], example: 'burst(50/s 500/s 1m 5s)' },
  ],
  ['renewal', { fields: ['gap'], example: 'renewal(gamma(mean=10ms cv=2))' }],
  ['closed', { fields: ['users', 'think', 'rampUp!'], example: 'closed(50 exponential(1s))' }],
]);

/** Textual forms of key populations. */
const KEY_FORMS: ReadonlyMap<string, KindForm> = new Map<string, KindForm>([
  ['unique', { fields: [], example: 'unique' }],
  ['uniform', { fields: ['count'], example: 'uniform(count=1000)' }],
  ['zipf', { fields: ['count!', 'exponent!'], example: 'zipf(count=50000 exponent=0.99)' }],
  [
    'hot',
    {
      fields: ['count!', 'hotShare!', 'hotKeys!'],
      example: 'hot(count=1000 hotShare=80% hotKeys=3)',
    },
  ],
  ['sequence', { fields: ['count'], example: 'sequence(count=1000)' }],
]);

/** Rewrites all short forms to long forms. It is idempotent, because a patched tree is expanded again. */
export function expand(root: Node, problems: Problems): Node {
  if (root.type !== 'map') return root;
  let result = withoutSwitchedOff(root);
  const section = (name: string, by: (entry: Node, key: string) => Node): void => {
    result = change(result, name, (entries) => changeAll(entries, by));
  };
  for (const name of ['services', 'gateways', 'templates', 'defaults']) {
    section(name, (node, key) => spelledHost(expandHost(node), [name, key], problems));
  }
  section('functions', expandFunction);
  for (const name of ['databases', 'templates', 'defaults']) section(name, expandDatabase);
  section('databases', expandNodes);
  // A template without operations is not for databases: its replicas remain a plain number.
  section('templates', (node) =>
    get(node, 'operations') === undefined ? node : expandNodes(node),
  );
  section('defaults', (node, key) => (key === 'databases' ? expandNodes(node) : node));
  for (const own of SECTIONS) {
    for (const name of [own, 'templates', 'defaults']) section(name, MODULES[own].expand);
  }
  for (const name of ['workloads', 'templates', 'defaults']) {
    section(name, (node, key) => expandWorkload(node, [name, key], problems));
  }
  section('keys', (node, key) => expandKinded(node, KEY_FORMS, ['keys', key], problems));
  result = change(result, 'mesh', expandMesh);
  result = change(result, 'faults', (faults) => changeItems(faults, expandFault));
  for (const name of JUDGED_SECTIONS) {
    result = change(result, name, (listed) => changeItems(listed, expandExpectation));
  }
  result = change(result, 'hypothesis', (node) =>
    changeEach(node, ['expect'], (expect) => changeItems(expect, expandExpectation)),
  );
  section('sweeps', expandSweep);
  return visitScenario(result, {
    policy: (node, path, inner) => inner(expandPolicy(node, path, problems)),
    step: expandStep,
  });
}

function expandPolicy(node: Node, path: Path, problems: Problems): Node {
  const name = text(node);
  if (name === 'none') return map(new Map(), node.at);
  if (name !== undefined) return single('extends', node);
  const timed = changeEach(node, ['timeout', 'deadline'], (value) => wrapScalar(value, 'after'));
  const bundle = changeEach(timed, ['idempotencyKey'], (value) => wrapScalar(value, 'key'));
  const own = changeEach(bundle, ['loadBalancing'], (value) => wrapScalar(value, 'kind'));
  return spelled(own, path, problems);
}

function expandStep(node: Node): Node {
  if (node.type !== 'map') return node;
  let step = node;
  for (const [verb, argument] of MAIN_ARGUMENT) {
    step = change(step, verb, (value) =>
      argument === 'time' ? wrapDistribution(value, argument) : wrapScalar(value, argument),
    );
  }
  step = change(step, 'query', expandQuery);
  return change(step, 'parallel', expandParallel);
}

function expandQuery(node: Node): Node {
  const written = text(node);
  if (written === undefined) return node;
  const dot = written.indexOf('.');
  const database = single('database', scalar(dot < 0 ? written : written.slice(0, dot), node.at));
  return dot < 0 ? database : put(database, 'operation', scalar(written.slice(dot + 1), node.at));
}

function expandParallel(node: Node): Node {
  const long = node.type === 'list' ? single('branches', node) : node;
  if (long.type !== 'map') return long;
  return change(long, 'branches', (branches) =>
    changeItems(branches, (branch) =>
      branch.type === 'list' ? branch : list([branch], branch.at),
    ),
  );
}

/** Fields of a host that a bare value can set, by the field that it is. */
const OF_HOSTS = [
  ['outbound', 'default'],
  ['runtime', 'kind'],
  ['cpu', 'cores'],
  ['loadBalancing', 'kind'],
  ['protocol', 'kind'],
  ['discovery', 'registry'],
] as const;

function expandHost(node: Node): Node {
  if (node.type !== 'map') return node;
  let host = node;
  for (const [key, field] of OF_HOSTS) {
    host = change(host, key, (value) => wrapScalar(value, field));
  }
  host = change(host, 'endpoints', (value) =>
    changeAll(value, (endpoint) =>
      endpoint.type === 'list'
        ? single('steps', endpoint)
        : changeEach(endpoint, ['idempotent'], (how) =>
            text(how) === undefined ? how : wrapScalar(how, 'key'),
          ),
    ),
  );
  host = change(host, 'versions', (value) => changeAll(value, expandHost));
  return change(host, 'routes', expandRoutes);
}

function expandRoutes(routes: Node): Node {
  return changeItems(routes, (route) => changeEach(route, ['to'], expandTo));
}

/** A mesh has the short forms of bundles by callee and of route targets. */
function expandMesh(node: Node): Node {
  if (node.type !== 'map') return node;
  const mesh = change(node, 'outbound', (value) => wrapScalar(value, 'default'));
  return change(mesh, 'routes', (all) => changeAll(all, expandRoutes));
}

/** `steps` of a function are the steps of its only endpoint. */
function expandFunction(node: Node): Node {
  const steps = get(node, 'steps');
  if (node.type !== 'map' || steps === undefined || node.entries.has('endpoints')) {
    return expandHost(node);
  }
  const entries = new Map(node.entries);
  const { key } = entries.get('steps')!;
  entries.delete('steps');
  entries.set('endpoints', { key, value: single('invoke', steps) });
  return expandHost({ ...node, entries });
}

function expandTo(node: Node): Node {
  const target = text(node);
  if (target === undefined) return node;
  return map(new Map([[target, { key: node.at, value: scalar(100, node.at) }]]), node.at);
}

function expandDatabase(node: Node): Node {
  return changeEach(wrapCores(node), ['operations'], (value) =>
    changeAll(value, (operation) => wrapDistribution(operation, 'work')),
  );
}

function expandNodes(node: Node): Node {
  return changeEach(node, ['replicas'], (value) => wrapScalar(value, 'count'));
}

function expandWorkload(node: Node, path: readonly PathKey[], problems: Problems): Node {
  if (node.type !== 'map') return node;
  let workload = change(node, 'arrivals', (value) => {
    const times = get(value, 'at');
    if (times !== undefined && get(value, 'kind') === undefined && value.type === 'map') {
      return map(
        new Map([
          ['kind', { key: times.at, value: scalar('at', times.at) }],
          ['times', { key: value.entries.get('at')!.key, value: times }],
          ...[...value.entries].filter(([key]) => key !== 'at'),
        ]),
        value.at,
      );
    }
    return expandKinded(value, ARRIVAL_FORMS, [...path, 'arrivals'], problems);
  });
  workload = change(workload, 'patience', (value) => wrapScalar(value, 'after'));
  return change(workload, 'requests', (requests) =>
    changeItems(requests, (request) =>
      changeEach(request, ['patience'], (value) => wrapScalar(value, 'after')),
    ),
  );
}

function expandSweep(node: Node): Node {
  if (node.type !== 'map') return node;
  return change(node, 'set', (axes) =>
    changeAll(axes, (axis) => {
      if (axis.type === 'scalar') return axis;
      if (axis.type === 'map')
        return axis.entries.has('values') ? axis : put(axis, 'values', none(axis));
      // A list replaces the range of an included file, and a range replaces a list.
      const long = single('values', axis);
      return ['from', 'to', 'steps', 'scale'].reduce((map, key) => put(map, key, none(axis)), long);
    }),
  );
}

/** A null, which deletes an inherited field. */
function none({ at }: Node): Node {
  return scalar(null, at);
}

function expandFault(node: Node): Node {
  return changeEach(node, ['target'], (target) =>
    target.type === 'scalar' ? list([target], target.at) : target,
  );
}

function expandExpectation(node: Node): Node {
  return text(node) === undefined ? node : single('expect', node);
}

/** Rewrites `poisson(300/s)` as `{ kind: poisson, rate: 300/s }` and `unique` as `{ kind: unique }`. */
function expandKinded(
  node: Node,
  forms: ReadonlyMap<string, KindForm>,
  path: readonly PathKey[],
  problems: Problems,
): Node {
  const written = text(node);
  if (written === undefined) return node;
  try {
    const call = parseCallText(
      written,
      (kind) => forms.get(kind)?.example ?? [...forms.values()][0].example,
    );
    if (call === null) return single('kind', node);
    // Other kinds have no textual form. The schema reports invalid ones.
    if (!forms.has(call.kind)) return single('kind', scalar(call.kind, node.at));
    return located(longForm(call, forms), node.at);
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    problems.add({ code: 'FL205', at: node.at, path, message: error.message });
    return node;
  }
}
