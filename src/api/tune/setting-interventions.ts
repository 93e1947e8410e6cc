import { PlanError } from '../../plan/problem.js';
import type { Intervention } from '../../plan/interventions/kind.js';
import { processesOf } from '../../plan/interventions/processes.js';
import { wiringOf } from '../../contracts/plan/wiring.js';
import { get, pathText, scalar } from '../../scenario/located.js';
import { beforeText, valueText, type SettingChange } from '../../scenario/tuning/change.js';
import { CAPACITY, type Move, type Setting } from '../../scenario/tuning/moves.js';
import { sizeOf } from '../../scenario/tuning/range.js';
import { settingsOf } from '../../scenario/tuning/settings.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { Resource } from '../../contracts/result/cause.js';
import type { Headroom } from '../../contracts/result/headroom.js';
import type { ChangedSetting } from '../../contracts/result/counterfactual.js';
import type { Prepared } from '../prepare.js';
import { nearFirst } from './near.js';
import { withNeeds } from './with-needs.js';
import { raisedTogether } from './together.js';
import { variantWith } from './variant-with.js';

/** The fields with which a component has more of a resource. */
const FIELDS: Readonly<Record<Resource, readonly string[]>> = {
  workers: ['concurrency'],
  cores: ['cpu', 'cpu.cores'],
  connections: ['pool.maxOpen', 'pool.maximumPoolSize', 'pool.defaultPoolSize', 'maxConnections'],
  queue: ['queue.capacity'],
  memory: ['memory.limit'],
  bandwidth: [],
  consumers: ['concurrency'],
  segments: ['concurrency'],
  concurrency: ['maxConcurrency', 'reserved'],
  relay: ['outbox.batchSize'],
};

/** Where users come to harm. */
interface Trouble {
  /** The components and edges. */
  readonly trouble: ReadonlySet<string>;
  /** What is left of each limit; null where no user comes to harm. */
  readonly headroom: Headroom | null;
}

/** Most other values that a proof tries. */
const MOST = 12;
/** Effort up to which a change is another value of a setting that is there. */
const ANOTHER_VALUE = 1;

/**
 * The changes to try in a proof: more of all full limits together, where there are several; those that figures suggest,
 * with the settings of the file that say the same; then other values of the settings where the trouble is.
 */
export function withSettings(
  suggested: readonly Intervention[],
  prepared: Prepared,
  plan: Plan,
  { trouble, headroom }: Trouble,
): readonly Intervention[] {
  const texts = prepared.texts.get(plan.variant);
  if (texts === undefined) return suggested;
  const settings = settingsOf(texts.written);
  const moves = settings.flatMap((own) => own.moves);
  const together = headroom && raisedTogether(headroom, moves, plan);
  const named = suggested.map((own) => withSetting(own, settings, prepared, plan));
  const used = new Set(named.flatMap(({ setting }) => setting?.path ?? []));
  const { near } = nearFirst(settings, plan, trouble);
  const others = near
    .filter(({ path, value, effort, needs = [] }) => {
      // Other values of what is there: what needs a new thing, such as a queue, is no other value.
      const isOther = value !== null && needs.every(({ before }) => before !== undefined);
      return !used.has(path) && effort <= ANOTHER_VALUE && isOther;
    })
    .map((move, k, all) => ({ move, turn: turnOf(move, all.slice(0, k)) }))
    .sort((a, b) => a.turn - b.turn)
    .slice(0, MOST)
    .map(({ move }) => interventionOf(move, prepared, plan));
  const first = together === null ? [] : [interventionOf(together, prepared, plan)];
  return [...first, ...named, ...others];
}

/** When a move is tried: switches first, then a number of each setting, then further ones of the same settings. */
function turnOf({ path, value }: Move, before: readonly Move[]): number {
  const isNumber = value?.type === 'scalar' && /^[\d.]/u.test(String(value.value));
  return isNumber ? 1 + before.filter((own) => own.path === path).length : 0;
}

/** The intervention made by the setting of the file that says the same, if there is one. */
function withSetting(
  own: Intervention,
  settings: readonly Setting[],
  prepared: Prepared,
  plan: Plan,
): Intervention {
  const { subject, resource, least, changesReplicas } = own;
  if (least !== undefined) return withLeast(own, least, prepared, plan);
  if (changesReplicas === true) return withReplicas(own, prepared, plan);
  const fields = own.fields ?? (resource === undefined ? [] : FIELDS[resource]);
  if (fields.length === 0) return own;
  const moves = settings.flatMap(({ of, moves: all }) =>
    'component' in of && of.component === subject ? all : [],
  );
  const able = moves.filter(({ path }) => fields.some((field) => path.endsWith(`.${field}`)));
  // It changes all consumers of a topic or queue, so that no setting of one of them says the same.
  const isShared = resource === 'consumers' && new Set(able.map(({ path }) => path)).size > 1;
  if (isShared) return own;
  const mayDiffer = resource !== undefined && OF_COMPONENT.has(resource);
  const says = (one: Move): boolean => !mayDiffer || saysTheSame(own, one, prepared, plan);
  const move = able.flatMap((one) => fitting(one, own.factor) ?? []).find(says);
  if (move === undefined) return own;
  return labelled(own, withNeeds(move, prepared, plan), prepared, plan);
}

/** The intervention with the smallest number of instances of an autoscaler, where that alone says the same. */
function withLeast(own: Intervention, least: number, prepared: Prepared, plan: Plan): Intervention {
  const { stronger } = own;
  const { written, patched } = prepared.texts.get(plan.variant)!;
  const section = SCALED.find((name) => get(get(written, name), own.subject) !== undefined);
  if (section === undefined) return own;
  const before = get(get(get(get(written, section), own.subject), 'autoscaling'), 'min');
  const change: Move = withNeeds(
    {
      path: pathText([section, own.subject, 'autoscaling', 'min']),
      value: scalar(least, patched.at),
      ...(before !== undefined && { before }),
      effort: CAPACITY,
    },
    prepared,
    plan,
  );
  return {
    ...own,
    ...(saysTheSame(own, change, prepared, plan) && { setting: changedBy(change) }),
    ...(stronger?.least !== undefined && {
      stronger: withLeast(stronger, stronger.least, prepared, plan),
    }),
  };
}

/** The intervention with the instances that a component begins with, where their number alone says the same. */
function withReplicas(own: Intervention, prepared: Prepared, plan: Plan): Intervention {
  const { written, patched } = prepared.texts.get(plan.variant)!;
  const section = SCALED.find((name) => get(get(written, name), own.subject) !== undefined);
  if (section === undefined) return own;
  const before = get(get(get(written, section), own.subject), 'replicas');
  const wanted = own.apply({ plan, recompiled: () => plan });
  const { initial } = wanted.components[idOf(own.subject, plan)]!;
  const path = pathText([section, own.subject, 'replicas']);
  const change: SettingChange = {
    path,
    value: scalar(initial, patched.at),
    ...(before !== undefined && { before }),
  };
  const made = variantWith(prepared, plan.variant, [change]);
  const begun = ({ components }: Plan): string => components.map((one) => one.initial).join();
  const isSame = made !== null && begun(made.plan) === begun(wanted);
  return isSame ? { ...own, setting: changedBy(change) } : own;
}

const SCALED = ['services', 'gateways'] as const;

/** Resources of the processes of a component, and of its callers. */
const OF_COMPONENT: ReadonlySet<Resource> = new Set<Resource>([
  'workers',
  'cores',
  'memory',
  'queue',
  'connections',
]);

/** Whether a setting gives a component what an intervention gives; no if versions or callers have their own values. */
function saysTheSame(
  own: Intervention,
  change: SettingChange,
  prepared: Prepared,
  plan: Plan,
): boolean {
  const made = variantWith(prepared, plan.variant, [change]);
  if (made === null) return false;
  const recompiled = (): Plan => plan;
  return givenTo(own.subject, made.plan) === givenTo(own.subject, own.apply({ plan, recompiled }));
}

/** What a component has to work with, as a text to compare; the connections of a server come with those of its pools. */
function givenTo(subject: string, plan: Plan): string {
  const id = idOf(subject, plan);
  const edges = wiringOf(plan).into[id]!;
  const processes = processesOf(plan.components[id]!).map((own) => ({ ...own, maxConnections: 0 }));
  return JSON.stringify([processes, edges.map(({ pool, connections }) => [pool, connections])]);
}

function idOf(subject: string, { components }: Plan): number {
  return components.findIndex(({ name }) => name === subject);
}

/** The move that goes as far as an intervention, of one and those that go further. */
function fitting(move: Move | undefined, factor: number | undefined): Move | undefined {
  if (move === undefined || factor === undefined || sizeOf(move) >= factor) return move;
  return fitting(move.stronger, factor);
}

/** Moves and interventions double a number, and double it again. */
function labelled(own: Intervention, move: Move, prepared: Prepared, plan: Plan): Intervention {
  const { stronger } = own;
  const next =
    stronger === undefined || move.stronger === undefined
      ? stronger
      : labelled(stronger, move.stronger, prepared, plan);
  return {
    ...own,
    // The setting itself runs: a server keeps some connections, so that twice its number gives callers more than twice as many.
    apply: () => planWith(move, prepared, plan),
    setting: changedBy(move),
    ...(next !== undefined && { stronger: next }),
  };
}

/** A change as a report has it, with what changes beside it. */
function changedBy({ needs, ...change }: SettingChange): ChangedSetting {
  const beside = needs?.map((one) => settingOf(one));
  return { ...settingOf(change), ...(beside !== undefined && { with: beside }) };
}

function settingOf(change: SettingChange): ChangedSetting {
  return { path: change.path, from: beforeText(change), to: valueText(change) };
}

/** The plan with a change, measured at the times of the usual one, which has the windows of budgets of all variants. */
function planWith(change: SettingChange, prepared: Prepared, { variant, grid }: Plan): Plan {
  const made = variantWith(prepared, variant, [change]);
  if (made === null) throw new PlanError([]);
  return { ...made.plan, grid };
}

function interventionOf(move: Move, prepared: Prepared, plan: Plan): Intervention {
  const { stronger } = move;
  const setting = changedBy(move);
  const each = [setting, ...(setting.with ?? [])].map(({ path, from, to }) => {
    const now = from === null ? 'not set now' : `now ${from}`;
    return `${path} ${to} (${now})`;
  });
  return {
    kind: 'setting',
    subject: move.path,
    part: 'setting',
    words: `with ${each.join(' and ')}`,
    setting,
    apply: () => planWith(move, prepared, plan),
    ...(stronger !== undefined && { stronger: interventionOf(stronger, prepared, plan) }),
  };
}
