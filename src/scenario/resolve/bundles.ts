import {
  orderPresets,
  outlierKind,
  policyKind,
  policyNames,
  presetOrder,
} from '../../patterns/registry.js';
import type { Layer, OncePerValue, OutlierDetection } from '../../contracts/scenario/policies.js';
import { NO_POLICY, type Bundle } from '../../contracts/scenario/steps.js';
import { entries, get, items, locate, text, type Node } from '../located.js';
import type { BundleOutput, OutlierOutput } from '../schema/bundle.js';
import type { OnceOutput } from '../../contracts/fields/common.js';
import { clusterId } from '../clusters.js';
import type { Context, Path } from './context.js';
import { resolveLoadBalancing } from './balancing.js';
import { checkLevel, resolveConnections } from '../sections/connections.js';
import { writtenAt, isSwitchedOff, conflict, report, stablePath } from './context.js';
import { resolveFallback, withStepWords } from './fallback.js';
import { checkKeyName } from './targets.js';
import { clusterOf, withOwners } from './owners.js';
import { NAMED_STATE } from '../../patterns/layers.js';
import type { StoreOutput } from './asked.js';
import { checkRemembered, checkShared, resolvePolicyStore, sharedLayer } from './asked.js';

/** Policies that make several attempts, and those of them that make concurrent ones. */
const REPEATING: ReadonlySet<string> = new Set(['retry', 'hedge']);
const PARALLEL: ReadonlySet<string> = new Set(['hedge']);

/** Resolves the bundle of a call; null if none is written, so that the caller's `outbound` applies. */
export function resolvePolicy(
  context: Context,
  output: BundleOutput | undefined,
  path: Path,
): Bundle | null {
  return output === undefined ? null : resolveBundle(context, output, path);
}

/** Resolves a bundle with its layers in order. A bundle that is only a name is the named one, including its state. */
export function resolveBundle(context: Context, output: BundleOutput, path: Path): Bundle {
  const name = onlyName(context, path);
  if (name !== null) {
    const known = context.named(name);
    if (known !== undefined) return known;
  }
  const layers = layersOf(context, output, path);
  const loadBalancing =
    output.loadBalancing === undefined
      ? null
      : resolveLoadBalancing(context, output.loadBalancing, [...path, 'loadBalancing']);
  const outlierDetection = resolveOutliers(context, output.outlierDetection, [
    ...path,
    'outlierDetection',
  ]);
  const idempotencyKey = resolveOnce(context, output.idempotencyKey, [...path, 'idempotencyKey']);
  if (idempotencyKey !== null && layers.some(({ policy }) => policy === 'hedge')) {
    const message =
      'a hedge with the same idempotency key is answered 409 while the original runs, which ' +
      'ends the call: remove hedge or idempotencyKey';
    conflict(context, [...path, 'idempotencyKey'], message);
  }
  const connections =
    output.connections === undefined
      ? null
      : resolveConnections(context, output.connections, layers, [...path, 'connections']);
  if (output.loadBalancing !== undefined) {
    checkLevel(context, output.loadBalancing, connections !== null, [...path, 'loadBalancing']);
  }
  const nothing = [loadBalancing, outlierDetection, idempotencyKey, connections].every(
    (field) => field === null,
  );
  const isOff = isSwitchedOff(context, [...path, 'outlierDetection']);
  if (nothing && !isOff && layers.length === 0 && !isNamed(path)) return NO_POLICY;
  const id = bundleIdAt(context.tree, path);
  const { order = 'default' } = output;
  const orderName = typeof order === 'string' ? order : 'written';
  const fallback = resolveFallback(context, output, path);
  const own = { idempotencyKey, loadBalancing, outlierDetection, fallback, connections };
  const cluster = clusterOf(context, output);
  const ejectsNone = isOff && { ejectsNone: true as const };
  const bundle = { id, layers, ...own, ...ejectsNone, ...cluster, order: orderName };
  return withOwners(context, bundle, output, path, NAMED_STATE.has(orderName));
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
export function resolveOnce(
  context: Context,
  output: OnceOutput | undefined,
  path: Path,
): OncePerValue | null {
  if (output === undefined) return null;
  checkKey(context, output.key, undefined, path);
  return { key: output.key, windowNs: output.window, storeErrors: output.storeErrors };
}

/** Resolves an outlier detection; null = none. */
export function resolveOutliers(
  context: Context,
  output: OutlierOutput | undefined,
  path: Path,
): OutlierDetection | null {
  if (output === undefined) return null;
  const { kind, ...config } = output;
  const definition = outlierKind(kind)!;
  for (const problem of definition.check(config as never)) {
    conflict(context, [...path, ...problem.field.split('.')], problem.message);
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

function layersOf(context: Context, output: BundleOutput, path: Path): Layer[] {
  const present = new Map<string, Layer>();
  for (const policy of policyNames) {
    const config = output[policy];
    if (config === undefined) continue;
    const fields = config as Record<string, unknown>;
    const layer = sharedLayer(
      context,
      layerOf(policy, fields, writtenAt(context, [...path, policy])),
      [...path, policy],
    );
    checkKey(context, layer.key, fields['per'], [...path, policy]);
    checkShared(context, layer, [...path, policy]);
    const store = fields['store'] as StoreOutput | undefined;
    present.set(
      policy,
      store === undefined
        ? withStepWords(layer)
        : { ...layer, store: resolvePolicyStore(context, store, layer, [...path, policy]) },
    );
  }
  completeTogether(present);
  completeByOrder(present, output);
  checkTogether(context, present, output, path);
  const order = orderOf(context, output, present, path);
  const layers = order.flatMap((policy) => {
    const layer = present.get(policy);
    return layer === undefined ? [] : [splitLayer(layer)];
  });
  checkTargets(context, layers, path);
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
  context: Context,
  present: ReadonlyMap<string, Layer>,
  { connections }: BundleOutput,
  path: Path,
): void {
  const configs = new Map<string, unknown>(
    [...present].map(([policy, layer]) => [policy, layer.config]),
  );
  if (connections !== undefined) configs.set('connections', connections);
  for (const [policy, layer] of present) checkLayer(context, layer, configs, [...path, policy]);
}

/** Sets the key that splits the state by the library's own settings. */
export function splitLayer(layer: Layer): Layer {
  const kind = policyKind(layer.policy, layer.kind)!;
  if (kind.splitBy === undefined) return layer;
  return { ...layer, key: kind.splitBy(layer.config as never, layer.key) };
}

/** Reports an unknown key, and `per: key` without a key. */
export function checkKey(context: Context, key: string | null, per: unknown, path: Path): void {
  if (key === null) {
    if (per !== 'key') return;
    const message = 'per: key needs a key: write key: NAME';
    report(context, 'FL203', [...path, 'per'], message);
    return;
  }
  checkKeyName(context, key, [...path, 'key']);
}

/** Reports problems that the kind of a policy finds in its settings; `path` is the path of the policy. */
export function checkLayer(
  context: Context,
  layer: Layer,
  configs: ReadonlyMap<string, unknown>,
  path: Path,
): void {
  const kind = policyKind(layer.policy, layer.kind)!;
  checkRemembered(context, layer, path);
  for (const { field, message } of kind.check?.(layer.config as never, configs, layer.key) ?? []) {
    conflict(context, [...path, ...(field === '' ? [] : field.split('.'))], message);
  }
}

/** Reports `per: target` on a layer outside retries or hedges, because each attempt picks its own instance. */
function checkTargets(context: Context, layers: readonly Layer[], path: Path): void {
  layers.forEach((layer, index) => {
    if (layer.per === 'target' && PARALLEL.has(layer.policy)) {
      const message = `${layer.policy} uses one instance per attempt and keeps no state for each: write per: callee`;
      report(context, 'FL209', [...path, layer.policy, 'per'], message);
    }
    const repeating = layers.slice(index + 1).find(({ policy }) => REPEATING.has(policy));
    if (layer.per !== 'target' || repeating === undefined) return;
    const message =
      `${layer.policy} keeps state per instance called, but ${repeating.policy} inside it picks one for ` +
      `each attempt: move ${repeating.policy} outside ${layer.policy}`;
    report(context, 'FL209', [...path, layer.policy, 'per'], message);
  });
}

function orderOf(
  context: Context,
  output: BundleOutput,
  present: ReadonlyMap<string, Layer>,
  path: Path,
): readonly string[] {
  const { order = 'default' } = output;
  if (typeof order === 'string') return presetOrder(order, present.get('bulkhead')?.kind);
  const at = [...path, 'order'];
  const twice = order.find((policy, index) => order.indexOf(policy) !== index);
  if (twice !== undefined) report(context, 'FL209', at, `duplicate entry ${twice} in order`);
  for (const policy of present.keys()) {
    if (policy !== 'deadline' && !order.includes(policy)) {
      report(context, 'FL209', at, `order does not list ${policy}: add it`);
    }
  }
  return order;
}

/** The name in `policy: pay` or `{ extends: pay }`; null if the bundle has its own fields or several bases. */
function onlyName(context: Context, path: Path): string | null {
  if (isNamed(path)) return null;
  const found = locate(context.written, path);
  if (found.depth < path.length || entries(found.node).length !== 1) return null;
  const base = get(found.node, 'extends');
  return text(base) ?? (items(base).length === 1 ? (text(items(base)[0]) ?? null) : null);
}
