import {
  orderPresets,
  outlierKind,
  policyKind,
  policyNames,
  presetOrder,
} from '../../patterns/registry.js';
import type { Layer, OutlierDetection } from '../../contracts/scenario/policies.js';
import { NO_POLICY, type Bundle } from '../../contracts/scenario/steps.js';
import { entries, get, items, locate, text, type Node } from '../located.js';
import type { WrittenStore } from '../../contracts/scenario/limiter-store.js';
import type { BundleOutput, OutlierOutput } from '../schema/bundle.js';
import type { OncePerValue } from '../../contracts/fields/common.js';
import { clusterId } from '../clusters.js';
import { stablePath, type Cursor, type Path } from './context.js';
import { balancedOf, resolveLoadBalancing } from './balancing.js';
import { checkLevel, resolveConnections } from '../sections/connections.js';
import { resolveFallback, withStepWords } from './fallback.js';
import { checkKeyName } from './targets.js';
import { completeByClient } from './clients.js';
import { clusterOf, withOwners } from './owners.js';
import { NAMED_STATE } from '../../patterns/layers.js';
import { checkRemembered, checkShared, resolvePolicyStore, sharedLayer } from './asked.js';

/** Policies that make several attempts, and those of them that make concurrent ones. */
const REPEATING: ReadonlySet<string> = new Set(['retry', 'hedge']);
const PARALLEL: ReadonlySet<string> = new Set(['hedge']);

/** Resolves the bundle of a call; null if none is written, so that the caller's `outbound` applies. */
export function resolvePolicy(
  here: Cursor,
  output: BundleOutput | null | undefined,
): Bundle | null {
  return output ? resolveBundle(here, output) : null;
}

/** Resolves a bundle with its layers in order. A bundle that is only a name is the named one, including its state. */
export function resolveBundle(here: Cursor, output: BundleOutput): Bundle {
  const name = onlyName(here);
  if (name !== null) {
    const known = here.context.named(name);
    if (known !== undefined) return known;
  }
  const layers = layersOf(here, output);
  const loadBalancing =
    output.loadBalancing === undefined
      ? null
      : resolveLoadBalancing(here.in('loadBalancing'), output.loadBalancing);
  const outlierDetection = resolveOutliers(here.in('outlierDetection'), output.outlierDetection);
  const isChannel = output.order === 'grpc';
  // The default of a channel is pick_first (grpc doc/load-balancing.md). Ejections need a policy that picks.
  const first = isChannel &&
    loadBalancing === null &&
    outlierDetection === null && { firstUnless: balancedOf(here.context) };
  const idempotencyKey = resolveOnce(here.in('idempotencyKey'), output.idempotencyKey);
  if (idempotencyKey !== null && layers.some(({ policy }) => policy === 'hedge')) {
    const message =
      'a hedge with the same idempotency key is answered 409 while the original runs, which ' +
      'ends the call: remove hedge or idempotencyKey';
    here.in('idempotencyKey').conflict(message);
  }
  const connections =
    output.connections === undefined
      ? null
      : resolveConnections(here.in('connections'), output.connections, layers, isChannel);
  if (output.loadBalancing !== undefined) {
    checkLevel(here.in('loadBalancing'), output.loadBalancing, connections !== null);
  }
  const nothing = [loadBalancing, outlierDetection, idempotencyKey, connections].every(
    (field) => field === null,
  );
  const isOff = here.in('outlierDetection').isSwitchedOff();
  if (nothing && !isOff && !first && layers.length === 0 && !isNamed(here.path)) return NO_POLICY;
  const id = bundleIdAt(here.tree, here.path);
  const { order = 'default' } = output;
  const orderName = typeof order === 'string' ? order : 'written';
  const fallback = resolveFallback(here, output);
  const client = output.client !== undefined && { client: output.client };
  const own = { idempotencyKey, loadBalancing, outlierDetection, fallback, connections, ...client };
  const cluster = clusterOf(here.context, output);
  const ejectsNone = isOff && { ejectsNone: true as const };
  const bundle = { id, layers, ...own, ...first, ...ejectsNone, ...cluster, order: orderName };
  return withOwners(here, bundle, output, NAMED_STATE.has(orderName));
}

/** Whether a bundle is an entry of `policies` itself, not nested in one. */
/** The id of the bundle that is written at a path. */
export function bundleIdAt(tree: Node, path: Path): string {
  if (!isNamed(path)) return stablePath(tree, path);
  return path[0] === 'clusters' ? clusterId(String(path[1])) : String(path[1]);
}

function isNamed(path: Path): boolean {
  return (path[0] === 'policies' || path[0] === 'clusters') && path.length === 2;
}

/** Resolves an idempotency key; null = none. */
export function resolveOnce(here: Cursor, output: OncePerValue | undefined): OncePerValue | null {
  if (output === undefined) return null;
  checkKey(here, output.key, undefined);
  return output;
}

/** Resolves an outlier detection; null = none. */
export function resolveOutliers(
  here: Cursor,
  output: OutlierOutput | null | undefined,
): OutlierDetection | null {
  if (output === null || output === undefined) return null;
  const { kind, ...config } = output;
  const definition = outlierKind(kind)!;
  for (const problem of definition.check(config as never)) {
    here.in(...problem.field.split('.')).conflict(problem.message);
  }
  const panicThreshold = definition.panicThreshold(config as never);
  return { kind: definition.outlier, config, panicThreshold };
}

/** The default bundle of a product's calls. `policies` has the fields as users write them. */
export function presetBundle(
  id: string,
  preset: string,
  policies: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): Bundle {
  const layers = orderPresets.get('default')!.flatMap((policy) => {
    const written = policies[policy];
    if (written === undefined) return [];
    const { kind: name, ...fields } = written;
    const kind = policyKind(policy, name as string | undefined)!;
    const output = { ...(kind.schema.parse(fields) as object), kind: kind.kind };
    return [{ ...layerOf(policy, output, undefined), written: Object.keys(fields).sort(), preset }];
  });
  return { ...NO_POLICY, id, layers };
}

/** Creates the layer of a policy in a bundle or in middleware. `node` is the text of the policy. */
export function layerOf(
  policy: string,
  output: Readonly<Record<string, unknown>>,
  node: Node | undefined,
): Layer {
  const kind = policyKind(policy, output.kind as string | undefined)!;
  const { kind: _kind, ...rest } = output;
  const written = writtenFields(node);
  if (kind.state !== 'scoped') {
    return {
      policy,
      kind: kind.kind,
      config: rest,
      scope: 'instance',
      per: 'callee',
      key: null,
      store: null,
      dryRun: false,
      written,
    };
  }
  const { scope, per, dryRun, store: _store, ...own } = rest;
  const { key, ...others } = own as { readonly key?: string };
  const keyed = kind.keyed !== undefined;
  return {
    policy,
    kind: kind.kind,
    config: keyed ? others : own,
    scope: (scope as Layer['scope'] | undefined) ?? 'instance',
    per: kind.perEndpoint === true ? 'endpoint' : perOf(per),
    key: keyed ? (key ?? null) : null,
    // The store is added by resolvePolicyStore.
    store: null,
    dryRun: dryRun === true,
    written,
  };
}

/** `per: key` splits the state by key within each callee. */
function perOf(per: unknown): Layer['per'] {
  return per === undefined || per === 'key' ? 'callee' : (per as Layer['per']);
}

/** Dotted paths of the written fields of a policy. A bare value is the field `after`. */
function writtenFields(node: Node | undefined, prefix = ''): readonly string[] {
  if (node?.type !== 'map') return node === undefined ? [] : [prefix === '' ? 'after' : prefix];
  return entries(node)
    .filter(([key]) => key !== 'kind' || prefix !== '')
    .flatMap(([key, { value }]) => writtenFields(value, prefix === '' ? key : `${prefix}.${key}`))
    .sort();
}

function layersOf(here: Cursor, output: BundleOutput): Layer[] {
  const present = new Map<string, Layer>();
  for (const policy of policyNames) {
    const config = output[policy];
    if (config === undefined) continue;
    const fields = config as Record<string, unknown>;
    const layer = sharedLayer(here.in(policy), layerOf(policy, fields, here.in(policy).written()));
    checkKey(here.in(policy), layer.key, fields['per']);
    checkShared(here.in(policy), layer);
    const store = fields['store'] as WrittenStore | undefined;
    present.set(
      policy,
      store === undefined
        ? withStepWords(layer)
        : { ...layer, store: resolvePolicyStore(here.in(policy), store, layer) },
    );
  }
  completeTogether(present);
  completeByOrder(present, output);
  completeByClient(here, present, output);
  checkTogether(here, present, output);
  const order = orderOf(here, output, present);
  const layers = order.flatMap((policy) => {
    const layer = present.get(policy);
    return layer === undefined ? [] : [splitLayer(layer)];
  });
  checkTargets(here, layers);
  const deadline = present.get('deadline');
  if (deadline !== undefined) layers.splice(layers[0]?.policy === 'fallback' ? 1 : 0, 0, deadline);
  return layers;
}

/** Applies settings of one policy to another one that omits them. */
function completeTogether(present: Map<string, Layer>): void {
  for (const own of [...present.values()]) {
    const kind = policyKind(own.policy, own.kind)!;
    if (kind.completes === undefined) continue;
    for (const [policy, other] of [...present]) {
      if (policy === own.policy) continue;
      const { written } = other;
      const config = kind.completes(own.config as never, policy, other.config, written);
      present.set(policy, { ...other, config });
    }
  }
}

/** Applies the defaults that the product of the order has for its policies. */
function completeByOrder(present: Map<string, Layer>, { order }: BundleOutput): void {
  if (typeof order !== 'string') return;
  for (const [policy, layer] of [...present]) {
    const { byOrder } = policyKind(policy, layer.kind)!;
    if (byOrder === undefined) continue;
    present.set(policy, { ...layer, config: byOrder(layer.config as never, order) });
  }
}

/** Reports problems that kinds find in combination with the rest of the bundle. */
function checkTogether(
  here: Cursor,
  present: ReadonlyMap<string, Layer>,
  { connections }: BundleOutput,
): void {
  const configs = new Map<string, unknown>(
    [...present].map(([policy, layer]) => [policy, layer.config]),
  );
  if (connections !== undefined) configs.set('connections', connections);
  for (const [policy, layer] of present) checkLayer(here.in(policy), layer, configs);
}

/** Sets the key that splits the state by the library's own settings. */
export function splitLayer(layer: Layer): Layer {
  const kind = policyKind(layer.policy, layer.kind)!;
  if (kind.splitBy === undefined) return layer;
  return { ...layer, key: kind.splitBy(layer.config as never, layer.key) };
}

/** Reports an unknown key, and `per: key` without a key. */
export function checkKey(here: Cursor, key: string | null, per: unknown): void {
  if (key === null) {
    if (per !== 'key') return;
    const message = 'per: key needs a key: write key: NAME';
    here.in('per').report('FL203', message);
    return;
  }
  checkKeyName(here.in('key'), key);
}

/** Reports problems that the kind of a policy finds in its settings; `here` is the policy. */
export function checkLayer(
  here: Cursor,
  layer: Layer,
  configs: ReadonlyMap<string, unknown>,
): void {
  const kind = policyKind(layer.policy, layer.kind)!;
  checkRemembered(here, layer);
  for (const { field, message } of kind.check?.(layer.config as never, configs, layer.key) ?? []) {
    here.in(...(field === '' ? [] : field.split('.'))).conflict(message);
  }
}

/** Reports `per: target` on a layer outside retries or hedges, because each attempt picks its own instance. */
function checkTargets(here: Cursor, layers: readonly Layer[]): void {
  layers.forEach((layer, index) => {
    if (layer.per === 'target' && PARALLEL.has(layer.policy)) {
      const message = `${layer.policy} uses one instance per attempt and keeps no state for each: write per: callee`;
      here.in(layer.policy, 'per').report('FL209', message);
    }
    const repeating = layers.slice(index + 1).find(({ policy }) => REPEATING.has(policy));
    if (layer.per !== 'target' || repeating === undefined) return;
    const message =
      `${layer.policy} keeps state per instance called, but ${repeating.policy} inside it picks one for ` +
      `each attempt: move ${repeating.policy} outside ${layer.policy}`;
    here.in(layer.policy, 'per').report('FL209', message);
  });
}

function orderOf(
  here: Cursor,
  output: BundleOutput,
  present: ReadonlyMap<string, Layer>,
): readonly string[] {
  const { order = 'default' } = output;
  if (typeof order === 'string') return presetOrder(order, present.get('bulkhead')?.kind);
  const at = here.in('order');
  const twice = order.find((policy, index) => order.indexOf(policy) !== index);
  if (twice !== undefined) at.report('FL209', `duplicate entry ${twice} in order`);
  for (const policy of present.keys()) {
    if (policy !== 'deadline' && !order.includes(policy)) {
      at.report('FL209', `order does not list ${policy}: add it`);
    }
  }
  return order;
}

/** The name in `policy: pay` or `{ extends: pay }`; null if the bundle has its own fields or several bases. */
function onlyName(here: Cursor): string | null {
  if (isNamed(here.path)) return null;
  const found = locate(here.context.written, here.path);
  if (found.depth < here.path.length || entries(found.node).length !== 1) return null;
  const base = get(found.node, 'extends');
  return text(base) ?? (items(base).length === 1 ? (text(items(base)[0]) ?? null) : null);
}
