import { requestName } from './endpoint-names.js';
import { ENDPOINT, OPERATION, type Component, type Edge, type System } from './system.js';
import { LOAD_NAME } from './names.js';
import {
  filled,
  from,
  guess,
  list,
  map,
  originsIn,
  plain,
  type Written,
  type WrittenMap,
} from './written.js';

/** The scenario of a system that is read completely. Whatever runs need and nothing gives is a guess. */
export function scenarioOf(system: System, title: string, run: WrittenMap): WrittenMap {
  const edges = withoutCycles(system);
  const parts = system.components.filter(({ isLoad }) => !isLoad);
  const section = (name: Component['section'] | 'functions'): WrittenMap | undefined =>
    filled(
      map(
        parts
          .filter((part) => (isFunction(part) ? 'functions' : part.section) === name)
          .map((part) => [part.name, componentOf(part, edges, system)] as const),
      ),
    );
  return map({
    faultline: plain(1),
    title: plain(title),
    run,
    ...Object.fromEntries(system.sections),
    gateways: section('gateways'),
    services: section('services'),
    functions: section('functions'),
    databases: section('databases'),
    brokers: section('brokers'),
    topics: section('topics'),
    queues: section('queues'),
    workloads: system.load ?? map({ [LOAD_NAME]: loadOf(system, edges) }),
  });
}

/** A service whose product makes its instances on demand, such as one of Knative. */
function isFunction({ section, product }: Component): boolean {
  return section === 'services' && product !== null;
}

/** Fields that functions of kind knative have. */
const OF_FUNCTIONS: ReadonlySet<string> = new Set(
  'concurrencyPerInstance autoscaler timeout coldStart cpu outbound'.split(' '),
);

/** Fields of a component; others than those of functions are listed where it is one. */
function fieldsOf(component: Component): Map<string, Written> {
  const { fields, product } = component;
  if (!isFunction(component)) return new Map(fields);
  const kept = new Map<string, Written>([['kind', plain(product!)]]);
  for (const [key, value] of fields) {
    if (OF_FUNCTIONS.has(key)) kept.set(key, value);
    else for (const cell of originsIn(value)) cell.relist('a function has no such field');
  }
  return kept;
}

function componentOf(component: Component, edges: readonly Edge[], system: System): WrittenMap {
  const { section, product, fields, origins } = component;
  const own = fieldsOf(component);
  if (section === 'databases') {
    const guessed = map({ [OPERATION]: map({ work: guess('exponential(2ms)') }) });
    own.set('operations', component.endpoints ?? guessed);
  }
  const routes = own.get('routes');
  // Rules whose targets are in other files leave none.
  if (section === 'gateways' && (routes?.kind !== 'list' || routes.items.length === 0))
    own.set('routes', list([anyRoute(component, edges, system)]));
  if (section !== 'services' && (product !== null || section === 'databases')) {
    return map([['kind', plain(product ?? 'generic')], ...own], origins);
  }
  if (section !== 'services') return map(own, origins);
  if (component.endpoints !== null) {
    own.set('endpoints', component.endpoints);
    return map(own, origins);
  }
  const calls = edges
    .filter(({ from: caller }) => caller === component)
    .map((edge) => callOf(edge, system));
  const time = fields.has('external')
    ? map({ wait: guess('exponential(50ms)') })
    : map({ work: component.work ?? guess('exponential(5ms)') });
  const steps = list([time, ...calls]);
  own.set('endpoints', map({ [ENDPOINT]: map({ steps }) }));
  return map(own, origins);
}

/** The step that uses a component. */
export const VERBS = {
  services: 'call',
  gateways: 'call',
  brokers: 'call',
  databases: 'query',
  topics: 'publish',
  queues: 'publish',
} as const;

/** Share by which calls for each request may differ from a whole number by chance. */
const NEARLY = 0.02;

/** A step that calls: the files say that it may happen, not that each request makes it. */
function callOf({ to, origins, ratio }: Edge, system: System): WrittenMap {
  const verb = VERBS[to.section];
  if (ratio !== undefined) {
    const call = map({ [verb]: from(system.targetOf(to), ...origins) });
    const { value, note } = ratio;
    const times = Number(value.toPrecision(3));
    if (times > 1 + NEARLY) {
      const rounds = Math.abs(times - Math.round(times)) <= NEARLY * times;
      const text = rounds ? Math.round(times) : `geometric(mean=${times})`;
      return map({ loop: map({ times: { ...plain(text), note }, steps: list([call]) }) });
    }
    if (times > 1 - NEARLY) return map([...call.entries], [], note);
    return map([...call.entries, ['probability', { ...plain(times), note }]]);
  }
  const target = { ...from(system.targetOf(to), ...origins), note: 'guess' };
  // A gateway has no route for a call without a path, unless one takes all of them.
  const [, ...request] = to.requests[0]?.entries ?? [];
  const guessed = request.map(([key, value]) => [key, { ...value, note: 'guess' }] as const);
  const isPlain = to.section !== 'gateways' || guessed.length === 0;
  return map({ [verb]: isPlain ? target : map([['to', target], ...guessed]) });
}

/** Requests from outside to every entrance, and to what nothing is known to call. */
function loadOf(system: System, edges: readonly Edge[]): WrittenMap {
  const generated = edges.filter(({ from: caller }) => caller.isLoad);
  const taken = new Set<string>();
  const requests = system.entrances(edges).flatMap((part) => {
    if (part.requests.length > 0)
      return part.requests.map((request) => requestOf(request, part, taken));
    const places = generated.filter(({ to }) => to === part).flatMap(({ origins }) => origins);
    const origins = part.entry === null ? places : [part.entry, ...places];
    const target = {
      ...from(system.targetOf(part), ...origins),
      note: origins.length > 0 ? null : 'guess',
    };
    const weight = system.weights.get(part);
    return [
      map({
        name: plain(freeName(requestName(part.name), part, taken)),
        call: target,
        weight: weight === undefined ? undefined : plain(Number(weight.toPrecision(4))),
      }),
    ];
  });
  return map({ arrivals: system.arrivals ?? guess('poisson(10/s)'), requests: list(requests) });
}

/** A name that no other request has: routes of several gateways, and services, may have one name. */
function freeName(wanted: string, { name }: Component, taken: Set<string>): string {
  let free = wanted;
  for (let count = 1; taken.has(free); count++)
    free = `${name}-${wanted}${count === 1 ? '' : `-${count}`}`;
  taken.add(free);
  return free;
}

/** A request for a route of a gateway. */
function requestOf(request: WrittenMap, part: Component, taken: Set<string>): WrittenMap {
  const { name } = part;
  const own = request.entries.get('name');
  const [, ...rest] = request.entries;
  const route = requestName(own?.kind === 'scalar' ? String(own.value) : name);
  return map([['name', plain(freeName(route, part, taken))], ['call', plain(name)], ...rest]);
}

/** A route of a gateway for which no file has one, to what users most likely reach. */
function anyRoute({ name }: Component, edges: readonly Edge[], system: System): WrittenMap {
  const isService = ({ section, isLoad }: Component): boolean => section === 'services' && !isLoad;
  const service = system.entrances(edges).find(isService) ?? system.components.find(isService);
  system.ask(`Which services are behind ${name}? No route of these files leads to one`);
  const to = service === undefined ? '' : system.targetOf(service);
  return map({ name: plain('route-1'), match: map({ path: plain('/*') }), to: guess(to) });
}

/** The edges without those that lead back: no call may cause itself. Routes of gateways stay, whatever suggests the calls beside them. */
function withoutCycles({ edges }: System): readonly Edge[] {
  const kept: Edge[] = [];
  const reaches = (start: Component, wanted: Component, seen = new Set<Component>()): boolean => {
    if (start === wanted) return true;
    if (seen.has(start)) return false;
    seen.add(start);
    return kept.some((edge) => edge.from === start && reaches(edge.to, wanted, seen));
  };
  const isRoute = ({ from: { section } }: Edge): boolean => section === 'gateways';
  for (const edge of [...edges.filter(isRoute), ...edges.filter((one) => !isRoute(one))]) {
    if (!reaches(edge.to, edge.from)) kept.push(edge);
    else {
      const reason = `a call from ${edge.from.name} to ${edge.to.name} would lead back to its caller`;
      for (const origin of edge.origins) origin.relist(reason);
    }
  }
  return kept;
}
