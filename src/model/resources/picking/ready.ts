import { engine } from '../../../kernel/engine.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Run } from '../../data/run.js';
import type { ListedRun } from './endpoint-lists.js';

/** Updates the ready instances of a component. Callers learn of changes at once, or after the propagation delay. */
export function updateFleet(world: ListedRun, instance: Instance): void {
  const { instances, endpoints, edges, fleets, plan } = world;
  const fleet = fleets[instance.component];
  const before = new Set(fleet.ready.subarray(0, fleet.readyCount));
  // If a version is selected, instances of other versions may be ready too.
  const isWhole = fleet.selected < 0;
  const own = instances.slice(fleet.first, fleet.first + fleet.size);
  // An instance on a vanished host stays listed if it was listed before.
  const isListed = ({ down, silent, isStopped, hostGone, index }: Instance): boolean =>
    !down ||
    (silent && !isStopped && !hostGone && (isWhole ? before.has(index) : fleet.seen[index] === 1));
  const isCalled = ({ leaving, restartRequested }: Instance): boolean =>
    !leaving || restartRequested;
  const isSelected = ({ version }: Instance): boolean =>
    fleet.selected < 0 || version === fleet.selected;
  const listed = own.filter(isListed);
  const passing = listed.filter(({ unready }) => !unready);
  const ableOf = failsOpen(instance, passing.length, listed.length) ? listed : passing;
  const able = ableOf.filter(isSelected);
  let ready = able.filter(isCalled);
  // kube-proxy falls back to terminating endpoints if there are no others (KEP-1669, ProxyTerminatingEndpoints).
  if (ready.length === 0 && plan.components[instance.component].replaced) ready = able;
  ready.forEach(({ index }, place) => (fleet.ready[place] = index));
  if (!isWhole) {
    fleet.seen.fill(0);
    for (const it of ableOf) if (isCalled(it)) fleet.seen[it.index] = 1;
  }
  fleet.readyCount = ready.length;
  fleet.changes++;
  const now = new Set(ready);
  for (const it of own) {
    const isReady = now.has(it);
    if (before.has(it.index) === isReady) continue;
    if (isReady) fleet.upSince[it.index] = engine.now;
    endpoints.changed(it, isReady);
  }
  for (const { toComponent, rooms } of edges) {
    if (toComponent === instance.component) rooms?.forEach((room) => room.wake());
  }
  fleet.watch?.();
}

/**
 * Whether all running instances are called because too few pass their check (AWS target groups: "fail open"; Envoy's
 * panic over failed health checks).
 */
function failsOpen(instance: Instance, passing: number, running: number): boolean {
  const below = instance.process.probes?.readiness?.failOpenBelow ?? null;
  return below !== null && passing < below * running;
}

/** A new instance has taken this place: callers drop their state about the old one. */
export function introduce(world: Run, instance: Instance): void {
  instance.metAt = engine.now;
  for (const forget of world.newcomers.get(instance.component) ?? []) forget(instance.index);
}
