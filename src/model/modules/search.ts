import { Copies } from './search/copies.js';
import type { ActsOf, Building } from './kind.js';

/** The nodes of search engines, which their edges choose among. */
export function prepareSearch(world: Building): void {
  const { searches } = world.plan;
  world.copies = new Map(searches.map((spec) => [spec.component, new Copies(world, spec)]));
}

/** Search engines. */
export function search({ copies, plan }: Building): ActsOf<'thread' | 'searched' | 'indexed'> {
  const nodesOf = (part: number): Copies => copies.get(plan.parts[part].component)!;
  return {
    thread: (spec) => nodesOf(spec.part).thread(spec),
    searched: ({ part }) => nodesOf(part).searched(),
    indexed: ({ part, program }) => nodesOf(part).indexed(program),
  };
}
