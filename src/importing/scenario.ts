import type { Component, Edge, System } from './system.js';
import { LOAD_NAME } from './names.js';
import { filled, from, guess, list, map, plain, type Written, type WrittenMap } from './written.js';

/** Name of the endpoint of a service and of the operation of a database: files do not say more. */
const ENDPOINT = 'handle';
const OPERATION = 'query';

/** The scenario of a system that is read completely. Whatever runs need and nothing gives is a guess. */
export function scenarioOf(system: System, title: string): WrittenMap {
  const edges = withoutCycles(system);
  const parts = system.components.filter(({ isLoad }) => !isLoad);
  const section = (name: Component['section']): WrittenMap | undefined =>
    filled(
      map(
        parts
          .filter((part) => part.section === name)
          .map((part) => [part.name, componentOf(part, edges)] as const),
      ),
    );
  return map({
    faultline: plain(1),
    title: plain(title),
    run: map({ duration: plain('60s'), warmup: plain('10s'), seed: plain(1) }),
    ...Object.fromEntries(system.sections),
    gateways: section('gateways'),
    services: section('services'),
    databases: section('databases'),
    workloads: map({ [LOAD_NAME]: loadOf(system, edges) }),
  });
}

function componentOf(component: Component, edges: readonly Edge[]): WrittenMap {
  const { section, product, fields, origins } = component;
  const own = new Map<string, Written>(fields);
  if (section === 'databases') {
    own.set('operations', map({ [OPERATION]: map({ work: guess('exponential(2ms)') }) }));
    return map([['kind', from(product ?? 'generic')], ...own], origins);
  }
  if (section === 'gateways') return map(own, origins);
  const calls = edges.filter(({ from: caller }) => caller === component).map(callOf);
  const steps = list([map({ work: guess('exponential(5ms)') }), ...calls]);
  own.set('endpoints', map({ [ENDPOINT]: map({ steps }) }));
  return map(own, origins);
}

/** A step that calls: the files say that it may happen, not that each request makes it. */
function callOf({ to, origins }: Edge): WrittenMap {
  const [verb, target] =
    to.section === 'databases' ? ['query', `${to.name}.${OPERATION}`] : ['call', targetOf(to)];
  return map({ [verb]: { ...from(target, ...origins), note: 'guess' } });
}

function targetOf({ name, section }: Component): string {
  return section === 'gateways' ? name : `${name}.${ENDPOINT}`;
}

/** Requests from outside to every entrance, and to what nothing is known to call. */
function loadOf(system: System, edges: readonly Edge[]): WrittenMap {
  const isPart = ({ isLoad, section }: Component): boolean => !isLoad && section !== 'databases';
  const called = new Set(edges.filter(({ from: caller }) => !caller.isLoad).map(({ to }) => to));
  const generated = edges.filter(({ from: caller }) => caller.isLoad);
  const targets = system.components.filter(
    (part) => isPart(part) && (part.entry !== null || !called.has(part)),
  );
  const wanted = targets.length > 0 ? targets : system.components.filter(isPart).slice(0, 1);
  const requests = wanted.map((part) => {
    const places = generated.filter(({ to }) => to === part).flatMap(({ origins }) => origins);
    const origins = part.entry === null ? places : [part.entry, ...places];
    const target = {
      ...from(targetOf(part), ...origins),
      note: origins.length > 0 ? null : 'guess',
    };
    return map({ name: plain(part.name), call: target });
  });
  return map({ arrivals: guess('poisson(10/s)'), requests: list(requests) });
}

/** The edges without those that lead back: no call may cause itself. */
function withoutCycles({ edges }: System): readonly Edge[] {
  const kept: Edge[] = [];
  const reaches = (start: Component, wanted: Component, seen = new Set<Component>()): boolean => {
    if (start === wanted) return true;
    if (seen.has(start)) return false;
    seen.add(start);
    return kept.some((edge) => edge.from === start && reaches(edge.to, wanted, seen));
  };
  for (const edge of edges) {
    if (!reaches(edge.to, edge.from)) kept.push(edge);
    else {
      const reason = `a call from ${edge.from.name} to ${edge.to.name} would lead back to its caller`;
      for (const origin of edge.origins) origin.relist(reason);
    }
  }
  return kept;
}
