import type { CauseFact, Resource } from '../../../contracts/result/cause.js';
import type { RunRecord } from '../../../contracts/record/record.js';
import { comesAndGoes } from '../../../contracts/plan/versions.js';
import { gaugesByComponent } from '../../measure/gauges.js';
import type { Lane } from '../../measure/lanes.js';
import { meanLevels } from '../../measure/steps.js';
import { formatCount, formatShare } from '../../../text/figures.js';
import { meanSteps } from '../links.js';
import { SATURATED } from '../saturation.js';
import type { Scene } from '../scene.js';

/** Share of the steps in which an instance must be full. */
const ALWAYS = 0.9;
/** Use of the other instances below which they have room. */
const ROOM = 0.9;

/** A cause as `facts` lists it, without its share of the failures. */
type Uneven = Pick<CauseFact, 'subject' | 'text' | 'evidence'> & { readonly resource: Resource };

/** Instances of a component that are full from the start to a step while the others have room; null if none are. */
export function unevenAt(
  scene: Scene,
  record: RunRecord,
  lane: Lane,
  until: number,
): Uneven | null {
  const { instances, versions, ...component } = scene.data.plan.components[lane.component];
  if (instances < 2 || versions !== null || comesAndGoes({ ...component, versions })) return null;
  if (lane.up.subarray(0, until).some((up) => up < 1)) return null;
  for (const [kind, resource, capacity] of [
    ['busy', 'workers', lane.workers / instances],
    ['cpu', 'cores', lane.cores / instances],
  ] as const) {
    if (!(capacity > 0) || !Number.isFinite(capacity)) continue;
    const gauges = gaugesByComponent(scene.data, record)[lane.component].filter(
      (gauge) => gauge.kind === kind,
    );
    const full = gauges.filter((gauge) =>
      isFull(meanLevels([gauge], scene.steps), capacity, until),
    );
    if (full.length === 0) continue;
    const rest = gauges.filter((gauge) => !full.includes(gauge));
    const left = capacity * (instances - full.length);
    const use = meanSteps(meanLevels(rest, scene.steps), 0, until) / left;
    if (!(use < ROOM)) continue;
    const places = full.map(({ instance }) => instance);
    return {
      subject: component.name,
      resource,
      text: wordsOf(scene, lane, places),
      evidence: `the others use ${formatShare(use)} of their ${resource}`,
    };
  }
  return null;
}

function isFull(level: Float64Array, capacity: number, until: number): boolean {
  let full = 0;
  for (let step = 0; step < until; step++) if (level[step] >= SATURATED * capacity) full++;
  return full >= ALWAYS * until;
}

/** Which instances are full, and the rule that sends them more than the others where one is known. */
function wordsOf({ data }: Scene, { component }: Lane, full: readonly number[]): string {
  const { components, edges, parts, replications } = data.plan;
  const { name, instances, firstInstance } = components[component];
  const all = `${formatCount(full.length)} of ${formatCount(instances)} instances of ${name}`;
  const isReplicated = replications.some((own) => own.component === component);
  const isPrimary = isReplicated && full.length === 1 && full[0] === firstInstance;
  const which = isPrimary ? `${all} (the primary)` : all;
  const words = `${which} ${full.length === 1 ? 'is' : 'are'} full`;
  const subsets = edges
    .filter(({ to }) => parts[to].component === component)
    .flatMap(({ loadBalancing: { common } }) => common.subset?.size ?? [])
    .filter((size) => size < instances);
  const rest = instances - full.length === 1 ? 'the other has room' : 'the others have room';
  if (subsets.length === 0) return `${words}, and ${rest}`;
  return `${words}, because subsets of ${formatCount(subsets[0])} spread its load unevenly`;
}
