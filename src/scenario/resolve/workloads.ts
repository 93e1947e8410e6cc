import type { Gateway } from '../../contracts/scenario/scenario.js';
import type { Request, Workload } from '../../contracts/scenario/workloads.js';
import type { KeyPopulation } from '../../contracts/scenario/keys.js';
import type { Step } from '../../contracts/scenario/steps.js';
import type { Arrivals, WrittenArrivals } from '../../contracts/scenario/arrivals.js';
import { highestOf } from '../../contracts/scenario/stages.js';
import { TraceError, parseArrivalTrace } from '../arrival-trace.js';
import { pathProblem } from '../include.js';
import { routeOf } from '../../language/routes.js';
import type { ScenarioOutput } from '../schema/scenario-output.js';
import { viaBalancer } from './balancers.js';
import { resolvePolicy } from './bundles.js';
import { described } from './described.js';
import { cursorAt, type Context, type Cursor } from './context.js';
import { checkPart, notCalled, sorted } from './names.js';
import { resolveSteps } from './steps.js';
import { resolveCall } from './targets.js';

type WorkloadOutput = NonNullable<ScenarioOutput['workloads']>[string];
type RequestOutput = WorkloadOutput['requests'][number];

/** Resolves a workload. Its requests become the parts of its name. */
export function resolveWorkload(
  context: Context,
  name: string,
  output: WorkloadOutput,
  gateways: ReadonlyMap<string, Gateway>,
  durationNs: number,
  keys: ReadonlyMap<string, KeyPopulation>,
): Workload {
  const here = cursorAt(context, 'workloads', name);
  if (output.zone !== null) here.in('zone').isZone(output.zone);
  checkTimes(here, output, durationNs);
  checkPins(here, output.keys, keys);
  output.requests.forEach((request, index) =>
    checkPins(here.in('requests', index), request.keys, keys),
  );
  const { clients, zone, startNs, stopNs } = output;
  const policy = resolvePolicy(here.in('policy'), output.policy);
  const requests = output.requests.map((request, index) =>
    resolveRequest(here.in('requests', index), name, output, request, gateways),
  );
  checkNames(here, name, requests);
  context.names.things.set(name, {
    kind: 'workload',
    section: 'workloads',
    parts: requests.map((request) => request.name),
    versions: new Map(),
    instead: notCalled,
  });
  return {
    ...described(name, output),
    arrivals: resolveArrivals(
      here.in('arrivals'),
      output.arrivals,
      requests.map((request) => request.name),
    ),
    requests,
    policy,
    clients,
    class: output.class,
    zone,
    startNs,
    stopNs: stopNs ?? null,
  };
}

function checkTimes(here: Cursor, output: WorkloadOutput, durationNs: number): void {
  const { startNs, stopNs } = output;
  if (startNs >= durationNs) {
    here.in('start').conflict('starts after the run ends');
  }
  if ((stopNs ?? null) !== null && stopNs! <= startNs) {
    here.in('stop').conflict('stops before it starts');
  }
}

/** Reports fixed key values that the key cannot have. */
function checkPins(
  here: Cursor,
  pins: RequestOutput['keys'],
  keys: ReadonlyMap<string, KeyPopulation>,
): void {
  for (const [name, value] of sorted(pins)) {
    const at = here.in('keys', name);
    const population = keys.get(name);
    if (population === undefined) {
      const message = `no key ${name} is declared in keys`;
      at.report('FL404', message, { found: name, allowed: [...keys.keys()] });
    } else if (population.kind !== 'unique' && value >= population.count) {
      at.conflict(`${name} has ${population.count} values, 0 to ${population.count - 1}`);
    }
  }
}

function resolveRequest(
  here: Cursor,
  workload: string,
  own: WorkloadOutput,
  output: RequestOutput,
  gateways: ReadonlyMap<string, Gateway>,
): Request {
  const policy = resolvePolicy(here.in('policy'), output.policy);
  const steps =
    output.steps === null
      ? callSteps(here, workload, output, policy)
      : resolveSteps(here.in('steps'), output.steps, { name: workload, policy });
  const patience = output.patience ?? own.patience;
  const afterNs = patience?.afterNs ?? null;
  const limit = afterNs === null ? null : { afterNs, cancel: patience!.cancel };
  return {
    name: output.name ?? naturalName(here, output, steps, gateways),
    weight: output.weight,
    class: output.class ?? own.class,
    priority: output.priority ?? own.priority ?? 0,
    keys: new Map(sorted({ ...own.keys, ...output.keys })),
    steps,
    patience: limit,
    goodputWithinNs: own.goodputWithinNs === undefined ? afterNs : own.goodputWithinNs,
  };
}

function callSteps(
  here: Cursor,
  workload: string,
  output: RequestOutput,
  policy: Step['policy'],
): Step[] {
  if (output.call === null) {
    here.report('FL203', 'a request needs exactly one of call and steps');
    return [];
  }
  const found = resolveCall(here.in('call'), output.call, workload);
  const to = viaBalancer(here.context, found, workload);
  if (to === null) return [];
  return [
    {
      verb: 'call',
      to,
      self: false,
      method: output.method?.toUpperCase() ?? null,
      path: output.path,
      host: output.host,
      headers: new Map(sorted(output.headers)),
      requestBytes: output.requestBytes,
      name: null,
      policy,
      probability: 1,
      times: { kind: 'constant', value: 1 },
      optional: false,
      onError: null,
      background: false,
      when: null,
    },
  ];
}

/** Default name of a request: the called endpoint or the matching route. */
function naturalName(
  here: Cursor,
  output: RequestOutput,
  steps: readonly Step[],
  gateways: ReadonlyMap<string, Gateway>,
): string {
  if (output.steps !== null) {
    here.refuse(
      ['call', 'method', 'path', 'host', 'headers', 'requestSize'],
      (field) => `${field} does not apply to a request with steps: remove it`,
    );
    here.report('FL203', 'a request with steps (a journey) needs a name');
    return 'journey';
  }
  const step = steps[0];
  if (step?.verb !== 'call') return 'request';
  if (step.to.part !== null) return step.to.part;
  const gateway = gateways.get(step.to.component);
  return (gateway === undefined ? undefined : routeOf(gateway, step)?.name) ?? 'request';
}

function checkNames(here: Cursor, workload: string, requests: readonly Request[]): void {
  const seen = new Set<string>();
  requests.forEach((request, index) => {
    const at = here.in('requests', index);
    checkPart(request.name, at.path, (code, where, message) =>
      here.at(...where).report(code, message),
    );
    if (seen.has(request.name)) {
      const message =
        `duplicate name: another request of ${workload} is called ${request.name}. Give them ` +
        'different names';
      at.report('FL402', message);
    }
    seen.add(request.name);
  });
}

/** Resolves a recording; `names` are the names of the requests, in order. */
function resolveTrace(
  here: Cursor,
  { file, speed }: Extract<WrittenArrivals, { kind: 'trace' }>,
  names: readonly string[],
): Arrivals {
  const at = here.in('file');
  const none: Arrivals = { kind: 'at', timesNs: [0], requests: null };
  const wrong = pathProblem(file, ['csv', 'jsonl']);
  const answer = wrong === null ? here.context.read(file) : { error: wrong };
  if ('error' in answer) {
    const message = wrong ?? `${file}: ${answer.error}`;
    at.report(wrong === null ? 'FL101' : 'FL110', message);
    return none;
  }
  try {
    const kind = file.endsWith('.csv') ? 'csv' : 'jsonl';
    const { timesNs, requests } = parseArrivalTrace(answer.text, kind, speed);
    const unknown = requests?.find((name) => !names.includes(name));
    if (unknown !== undefined) {
      const message = `${file}: the workload has no request ${unknown}`;
      at.report('FL404', message, { found: unknown, allowed: names });
      return none;
    }
    return { kind: 'at', timesNs, requests: requests?.map((name) => names.indexOf(name)) ?? null };
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    at.report('FL204', `${file}, ${error.message}`);
    return none;
  }
}

function resolveArrivals(here: Cursor, a: WrittenArrivals, names: readonly string[]): Arrivals {
  const wrong = here.conflicts();
  switch (a.kind) {
    case 'poisson':
    case 'constant':
      return a;
    case 'stages': {
      if (a.start === 0 && a.stages.every((stage) => stage.target === 0)) {
        here.conflict('every rate is 0, so no request ever arrives');
      }
      return a;
    }
    case 'sinusoid':
      if (a.amplitude > a.mean) {
        wrong('amplitude', 'amplitude must be at most mean, because a rate cannot be negative');
      }
      return a;
    case 'burst':
      if (a.forNs > a.everyNs) wrong('for', 'a burst must not be longer than `every`');
      return a;
    case 'renewal':
      if (a.gap.kind === 'constant' && a.gap.valueNs === 0) {
        wrong('gap', 'must be more than 0');
      }
      return a;
    case 'at':
      return { kind: 'at', timesNs: [...a.timesNs].sort((x, y) => x - y), requests: null };
    case 'trace':
      return resolveTrace(here, a, names);
    case 'closed':
      return resolveUsers(here, a);
  }
}

function resolveUsers(
  here: Cursor,
  { users, think, rampUpNs }: Extract<WrittenArrivals, { kind: 'closed' }>,
): Arrivals {
  const plain = { kind: 'closed', think, rampUpNs: rampUpNs ?? 0 } as const;
  if (typeof users === 'number') return { ...plain, users, ramp: null };
  if (rampUpNs !== null) {
    here.in('rampUp').conflict('the stages set when users arrive: remove rampUp');
  }
  if (highestOf(users) === 0) {
    here.in('users').conflict('every target is 0, so no user ever arrives');
  }
  return { ...plain, users: highestOf(users), ramp: users };
}
