import type { Mesh } from '../../../contracts/scenario/mesh.js';
import type { Layer } from '../../../contracts/scenario/policies.js';
import { NO_POLICY, type Bundle } from '../../../contracts/scenario/steps.js';
import type { MeshKind } from '../../meshes.js';
import type { BundleOutput } from '../../schema/bundle.js';
import type { MeshOutput } from '../../schema/own-sections.js';
import { presetBundle, resolveBundle } from '../bundles.js';
import { cursorAt, type Context, type Cursor } from '../context.js';
import { sorted } from '../names.js';
import { withOwners } from '../owners.js';
import { resolvePriorities } from '../priorities.js';
import { split, withPart } from '../targets.js';

/** Settings that only the application can have, with the reason. */
const OF_APPLICATION: ReadonlyMap<string, string> = new Map([
  ['fallback', 'a proxy has no response of its own'],
  ['coalesce', 'a proxy sends every request'],
  ['idempotencyKey', 'only the application knows which calls are the same'],
  ['client', 'a proxy ends its calls at their limit'],
]);

/** Resolves the bundles of the proxies, with the default policies of the kind of mesh. */
export function resolveProxyBundles(
  context: Context,
  { policy, outbound }: MeshOutput,
  kind: MeshKind,
  waypoint: Mesh['waypoint'],
): Pick<Mesh, 'policy' | 'outbound'> {
  const needsWaypoint = kind.waypoint !== null;
  const isLacking = needsWaypoint && waypoint === null;
  const bundles = new Map<string, Bundle>();
  for (const [callee, own] of sorted(outbound)) {
    const here = cursorAt(context, 'mesh', 'outbound', callee);
    if (callee !== 'default') checkCallee(here, callee, waypoint);
    bundles.set(callee, proxyBundle(here, own, kind));
  }
  if (isLacking) checkWaypoint(context, kind.kind, { policy, outbound });
  const byDefault = bundles.get('default');
  if (byDefault !== undefined && policy !== null) {
    const message = 'outbound.default and policy are the same bundle: remove one of them';
    cursorAt(context, 'mesh', 'outbound', 'default').reportKey('FL208', message);
  }
  bundles.delete('default');
  if (isLacking) return { policy: null, outbound: new Map() };
  const all =
    policy === null
      ? (byDefault ?? withPresets(kind, NO_POLICY))
      : proxyBundle(cursorAt(context, 'mesh', 'policy'), policy, kind);
  return { policy: all, outbound: bundles };
}

/** Reports policies of ztunnel, which only forwards connections. */
function checkWaypoint(
  context: Context,
  kind: string,
  written: Pick<MeshOutput, 'policy' | 'outbound'>,
): void {
  for (const field of ['policy', 'outbound'] as const) {
    if (written[field] === null) continue;
    const message =
      `without a waypoint, kind ${kind} forwards connections and applies no policies to calls: write ` +
      '`waypoint: {}`, or remove it';
    cursorAt(context, 'mesh', field).reportKey('FL208', message);
  }
}

function checkCallee(here: Cursor, callee: string, waypoint: Mesh['waypoint']): void {
  const [name, part] = split(callee);
  const thing = here.names.things.get(name);
  if (here.names.broken.has(name)) return;
  const isServed = thing?.kind === 'service' || thing?.kind === 'gateway';
  if (thing === undefined) {
    const allowed = ['default', ...here.names.things.keys()];
    here.reportKey('FL404', `there is no component ${name}`, { found: name, allowed });
  } else if (!isServed) {
    const message = `${name} is a ${thing.kind}, and calls to it do not pass the mesh: remove it`;
    here.reportKey('FL208', message);
  } else if (part !== null && thing.kind === 'service') {
    withPart(here, name, part);
  }
  if (isServed && waypoint !== null && !waypoint.services.includes(name)) {
    const message = `${name} has no waypoint, which would apply these policies: add it to waypoint.services`;
    here.reportKey('FL208', message);
  }
}

function proxyBundle(here: Cursor, output: BundleOutput, kind: MeshKind): Bundle {
  for (const [policy, reason] of OF_APPLICATION) {
    if (output[policy] === undefined) continue;
    const message = `${reason}: write ${policy} in a bundle of the application`;
    here.in(policy).conflict(message);
  }
  const own = resolveBundle(here, output);
  // The bundle `none` also removes the default policies.
  if (own.id === NO_POLICY.id) return own;
  const stored = own.layers.find(({ store }) => store !== null);
  if (stored !== undefined) {
    const message =
      'the state of proxies cannot be in a store: remove store, or limit in the application';
    here.in(stored.policy, 'store').conflict(message);
  }
  const isOff = here.in('retry').isSwitchedOff();
  const at = here.output.policies?.[own.id] === undefined ? here : here.at('policies', own.id);
  const shared = withOwners(at, located(here.context, own, output, kind), output, true);
  return withPresets(isOff ? { ...kind, retry: null } : kind, shared);
}

/** In a mesh with levels by zone, `zoneAware: true` means these; Envoy's routing is written out there. */
function located(
  context: Context,
  own: Bundle,
  { loadBalancing: written }: BundleOutput,
  kind: MeshKind,
): Bundle {
  const { loadBalancing } = own;
  if (loadBalancing === null || kind.localities !== true) return own;
  if (typeof written?.zoneAware !== 'boolean') return own;
  const priorities = resolvePriorities(cursorAt(context, 'mesh'), written.zoneAware)!;
  const common = { priorities, ...loadBalancing.common, zoneAware: null };
  return { ...own, loadBalancing: { ...loadBalancing, common } };
}

/** A bundle as the proxies apply it: its state is not that of the same bundle in an application. */
function withPresets({ kind, retry }: MeshKind, own: Bundle): Bundle {
  const id = own.id === NO_POLICY.id ? `mesh ${kind}` : `mesh ${own.id.replace(/^mesh\./, '')}`;
  const layers = own.layers.map(withoutPropagation);
  const preset = retry === null ? [] : presetBundle(id, kind, { retry: { kind: retry } }).layers;
  const added = preset.filter((one) => layers.every(({ policy }) => policy !== one.policy));
  const outer = layers.length > 0 && propagates(layers[0]) ? 1 : 0;
  const all = [...layers.slice(0, outer), ...added, ...layers.slice(outer)];
  const owners = { bundle: id, isProxy: true } as const;
  return {
    ...own,
    id,
    ...(own.poolOf !== undefined && { poolOf: `mesh ${own.poolOf}` }),
    layers: all.map((layer) => ({
      ...layer,
      ...owners,
      ...(layer.bundle !== undefined && layer.bundle !== id && { bundle: `mesh ${layer.bundle}` }),
    })),
  };
}

/** The timeout of a route of a proxy does not travel to the callee, and starts again with each try of the application. */
function withoutPropagation(layer: Layer): Layer {
  if (!propagates(layer)) return layer;
  return { ...layer, config: { ...(layer.config as object), propagate: false } };
}

/** Whether a layer is a time limit for the whole call, which can travel to the callee. */
function propagates({ config }: Layer): boolean {
  return 'propagate' in (config as object);
}
