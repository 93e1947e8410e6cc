import type { Plan, PlanComponent } from '../../contracts/plan/plan.js';
import { formatCount, formatShare } from '../../text/figures.js';
import { plural } from '../../text/words.js';

/** Instances and limits of every component, by its name: `x3, 64 slots, queue 1,200`. */
export function capacities(plan: Plan): ReadonlyMap<string, string> {
  const own = new Map(plan.components.map((component) => [component.name, hostWords(component)]));
  const add = (component: number, words: string): void =>
    void own.get(plan.components[component]!.name)!.push(words);
  for (const { component, spec } of plan.topics)
    add(component, plural(spec.partitions, 'partition'));
  for (const { component, rules } of plan.queues)
    if (rules.capacity < Infinity) add(component, `holds ${formatCount(rules.capacity)}`);
  for (const { component, spec } of plan.caches)
    if (spec.hitRatio !== null) add(component, `${formatShare(spec.hitRatio)} hits`);
  return new Map([...own].map(([name, words]) => [name, words.join(', ')]));
}

function hostWords(component: PlanComponent): string[] {
  const { autoscaling, concurrency, queue, cpu, maxConnections } = component;
  const words: string[] = [];
  const placed = placesOf(component);
  if (autoscaling !== null)
    words.push(`x${formatCount(autoscaling.min)}..${formatCount(autoscaling.max)}`);
  else if (placed > 1) words.push(`x${formatCount(placed)}`);
  if (concurrency < Infinity) words.push(plural(concurrency, 'slot'));
  if (concurrency < Infinity && queue.capacity < Infinity)
    words.push(`queue ${formatCount(queue.capacity)}`);
  if (cpu.cores < Infinity) words.push(plural(cpu.cores, 'core'));
  if (maxConnections < Infinity) words.push(plural(maxConnections, 'connection'));
  return words;
}

/** Number of instances; those of a new version replace the old ones. */
function placesOf({ instances, versions }: PlanComponent): number {
  return (versions?.rollout ?? null) === null ? instances : instances / 2;
}
