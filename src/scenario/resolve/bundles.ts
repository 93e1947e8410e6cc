import { orderPresets, policyKind, policyNames } from '../../patterns/registry.js';
import type { Bundle, Layer, LoadBalancing } from '../../spec/scenario.js';
import { entries, get, items, locate, text } from '../located.js';
import type { Node } from '../located.js';
import type { BalancingOutput, BundleOutput } from '../schema/bundle.js';
import type { Context, Path } from './context.js';
import { report, stablePath } from './context.js';
import { resolveCall } from './targets.js';

/** Layers that make more than one attempt. */
const REPEATING: ReadonlySet<string> = new Set(['retry', 'hedge']);

/** No policy at all, as `policy: none` says. */
export const NO_POLICY: Bundle = Object.freeze({
  id: 'none',
  layers: [],
  loadBalancing: null,
  fallback: null,
  order: 'default',
});

/** The bundle of a call; null where none is written, so that the caller's `outbound` decides. */
export function resolvePolicy(
  context: Context,
  output: BundleOutput | undefined,
  path: Path,
): Bundle | null {
  return output === undefined ? null : resolveBundle(context, output, path);
}

/** A bundle with its layers in order. One that is only a name is the named one, state included. */
export function resolveBundle(context: Context, output: BundleOutput, path: Path): Bundle {
  const name = onlyName(context, path);
  if (name !== null) {
    const known = context.named.get(name);
    if (known !== undefined) return known;
  }
  const layers = layersOf(context, output, path);
  const loadBalancing =
    output.loadBalancing === undefined
      ? null
      : resolveLoadBalancing(context, output.loadBalancing, [...path, 'loadBalancing']);
  if (layers.length === 0 && loadBalancing === null && path[0] !== 'policies') return NO_POLICY;
  const id = path[0] === 'policies' ? String(path[1]) : stablePath(context.tree, path);
  const { order = 'default' } = output;
  const written = typeof order === 'string' ? order : 'written';
  const fallback = resolveFallback(context, output, path);
  return { id, layers, loadBalancing, fallback, order: written };
}

/** The endpoint that a fallback calls. */
function resolveFallback(context: Context, output: BundleOutput, path: Path): Bundle['fallback'] {
  const { call } = (output['fallback'] ?? {}) as { readonly call?: string };
  if (call === undefined) return null;
  return resolveCall(context, call, '', [...path, 'fallback', 'call']);
}

/** Which instance takes a call. */
export function resolveLoadBalancing(
  context: Context,
  output: BalancingOutput,
  path: Path,
): LoadBalancing {
  const { kind, ...config } = output;
  checkKey(context, config, path);
  return { kind, config };
}

/** A field `key` names one of the declared populations. */
function checkKey(context: Context, config: unknown, path: Path): void {
  const { key } = (config ?? {}) as { readonly key?: string };
  const allowed = context.names.keys;
  if (key === undefined || allowed.includes(key)) return;
  const at = [...path, 'key'];
  report(context, 'FL404', at, `there is no key ${key} in keys`, { found: key, allowed });
}

/** The one layer of a middleware limiter or of a policy in a bundle, and where it was written. */
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
      dryRun: false,
      written,
    };
  }
  const { scope, per, dryRun, ...config } = rest;
  return {
    policy,
    kind: kind.kind,
    config,
    scope: (scope as Layer['scope'] | undefined) ?? 'instance',
    per: kind.perEndpoint === true ? 'endpoint' : ((per as Layer['per'] | undefined) ?? 'callee'),
    dryRun: dryRun === true,
    written,
  };
}

/** Dotted paths of what stands in a policy; a bare value is its field `after`. */
function writtenFields(node: Node | undefined, prefix = ''): readonly string[] {
  if (node?.type !== 'map') return node === undefined ? [] : [prefix === '' ? 'after' : prefix];
  return entries(node)
    .filter(([key]) => key !== 'kind' || prefix !== '')
    .flatMap(([key, { value }]) => writtenFields(value, prefix === '' ? key : `${prefix}.${key}`))
    .sort();
}

function nodeAt(context: Context, path: Path): Node | undefined {
  const found = locate(context.tree, path);
  return found.depth === path.length ? found.node : undefined;
}

function layersOf(context: Context, output: BundleOutput, path: Path): Layer[] {
  const present = new Map<string, Layer>();
  for (const policy of policyNames) {
    const config = output[policy];
    if (config !== undefined)
      present.set(
        policy,
        layerOf(policy, config as Record<string, unknown>, nodeAt(context, [...path, policy])),
      );
  }
  checkTogether(context, present, path);
  const order = orderOf(context, output, present, path);
  const layers = order.flatMap((policy) => present.get(policy) ?? []);
  checkTargets(context, layers, path);
  const deadline = present.get('deadline');
  if (deadline !== undefined) layers.splice(layers[0]?.policy === 'fallback' ? 1 : 0, 0, deadline);
  return layers;
}

/** What the kinds themselves say about their settings beside the others of the bundle. */
function checkTogether(context: Context, present: ReadonlyMap<string, Layer>, path: Path): void {
  const configs = new Map([...present].map(([policy, layer]) => [policy, layer.config]));
  for (const [policy, layer] of present) {
    checkKey(context, layer.config, [...path, policy]);
    checkLayer(context, layer, configs, [...path, policy]);
  }
}

/** What the kind of a policy says about its settings; `path` is where they are written. */
export function checkLayer(
  context: Context,
  layer: Layer,
  configs: ReadonlyMap<string, unknown>,
  path: Path,
): void {
  const kind = policyKind(layer.policy, layer.kind)!;
  for (const problem of kind.check?.(layer.config as never, configs) ?? []) {
    const field = problem.field === '' ? [] : problem.field.split('.');
    report(context, 'FL208', [...path, ...field], problem.message);
  }
}

/** A state for each instance called needs the instance, and every attempt is given its own. */
function checkTargets(context: Context, layers: readonly Layer[], path: Path): void {
  layers.forEach((layer, index) => {
    const repeating = layers.slice(index + 1).find(({ policy }) => REPEATING.has(policy));
    if (layer.per !== 'target' || repeating === undefined) return;
    const message =
      `${layer.policy} has a state for each instance called, and ${repeating.policy} inside it ` +
      `picks an instance for each attempt: order ${repeating.policy} outside of ${layer.policy}`;
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
  if (typeof order === 'string') return orderPresets.get(order)!;
  const at = [...path, 'order'];
  const twice = order.find((policy, index) => order.indexOf(policy) !== index);
  if (twice !== undefined) report(context, 'FL209', at, `order names ${twice} twice`);
  for (const policy of present.keys()) {
    if (policy !== 'deadline' && !order.includes(policy)) {
      report(context, 'FL209', at, `order does not say where ${policy} stands`);
    }
  }
  return order;
}

/** The name behind `policy: pay` or `{ extends: pay }`; null where the bundle has fields of its own. */
function onlyName(context: Context, path: Path): string | null {
  if (path[0] === 'policies') return null;
  const found = locate(context.written, path);
  if (found.depth < path.length || entries(found.node).length !== 1) return null;
  const base = get(found.node, 'extends');
  return text(base) ?? (items(base).length === 1 ? (text(items(base)[0]) ?? null) : null);
}
