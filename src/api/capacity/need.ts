import type { ComponentHeadroom } from '../../contracts/result/headroom.js';
import type { CapacityNeed, RefusedCalls } from '../../contracts/result/capacity.js';
import { pathText, plain, type MapNode } from '../../scenario/located.js';
import { databaseOfPool, serverNeed } from '../tune/with-server.js';
import { admittedBy, moreOf } from './admitted.js';
import type { Load, Probes, Shown } from './probe.js';
import { nodeAt, numberOf, raised, settingFor, type MoreOf } from './settings.js';

/** Most settings that are raised one after the other. */
const ROUNDS = 8;
/** A resource is raised until it has this much more than the load needs. */
const ROOM = 1.02;

/** A resource with less room than this is full, or nearly so. */
const FULL = 1.05;

/** Least part by which a limit on calls is raised at a time. */
const STEP = 1.25;

/** Part of the refused calls that a larger limit still refuses, from which on its number does not decide. */
const IN_VAIN = 0.8;

/** A setting that is raised, and how often its present value. */
interface Raised {
  readonly from: string | null;
  readonly to: string;
  readonly by: number;
}

/**
 * Raises the setting of the fullest resource, or the limit that refuses calls where none is full, until a load holds:
 * each time to what the load needs by the law of utilisation, and a run shows whether that is enough. null if the search
 * is over, or where nothing is full.
 */
export async function needFor(
  probes: Probes,
  written: MapNode,
  load: Pick<Load, 'workloads' | 'factor'>,
  isAsked: boolean,
): Promise<CapacityNeed | null> {
  let settings = new Map<string, Raised>();
  const set = (): string[] => setsOf(settings);
  let first: Shown | null = null;
  let stuck: ComponentHeadroom | null = null;
  let before: { readonly shown: Shown; readonly settings: typeof settings } | null = null;
  for (let round = 0; ; round++) {
    serve(probes, load, written, settings);
    let shown = await probes.run({ ...load, fault: null, set: set() });
    if (shown === null) return null;
    first ??= shown;
    const isVain = before !== null && isInVain(before.shown, shown);
    if (before !== null && isVain) {
      ({ shown, settings } = before);
      stuck = fullestOf(shown);
    } else before = { shown, settings: new Map(settings) };
    const brought = probes.brought({ ...load, set: set() });
    const isOver = shown.holds || isVain || round === ROUNDS || brought.length > 0;
    if (isOver || (stuck = raise(shown, written, settings)) !== null) {
      const rate = [...shown.rates.values()].reduce((sum, one) => sum + one, 0);
      const isMeasured = first.cost !== null && shown.cost !== null;
      return {
        factor: load.factor,
        rate,
        isAsked,
        holds: shown.holds,
        settings: [...settings].map(([path, { from, to }]) => ({ path, from, to })),
        cost: isMeasured ? { from: first.cost!, to: shown.cost! } : null,
        refused: shown.holds || isOther(fullOf(shown.gives, shown.headroom)) ? null : shown.refused,
        stuck,
        brought,
      };
    }
  }
}

/** Raises the setting of the fullest resource; returns the resource if there is no such setting. */
function raise(
  { gives, headroom, refused }: Shown,
  written: MapNode,
  settings: Map<string, Raised>,
): ComponentHeadroom | null {
  const full = fullOf(gives, headroom);
  if (full === null || full.by !== undefined) {
    const isRaised = refused !== null && admit(refused, written, settings, full);
    return isRaised ? null : fullestOf({ gives, headroom });
  }
  const more = settingFor(written, full);
  if (more === null) return full;
  // What was raised and is full again may only wait for another full one, which then gets what the first one lacks.
  const below = settings.has(more.path) ? besideFull(full, headroom, written) : null;
  return below === null
    ? set(more, full, full.factor, settings)
    : set(below.more, below.full, Math.min(full.factor, below.full.factor), settings);
}

/** The fullest other resource that a setting raises, where it is full as well. */
function besideFull(
  full: ComponentHeadroom,
  { components }: Shown['headroom'],
  written: MapNode,
): { readonly full: ComponentHeadroom; readonly more: MoreOf } | null {
  for (const other of components) {
    if (other.component === full.component || other.by !== undefined) continue;
    if (other.factor >= FULL) return null;
    const more = settingFor(written, other);
    if (more !== null) return { full: other, more };
  }
  return null;
}

/** Raises a setting for a resource that has `factor` of what the load needs; returns the resource if it is at its most. */
function set(
  more: MoreOf,
  full: ComponentHeadroom,
  factor: number,
  settings: Map<string, Raised>,
): ComponentHeadroom | null {
  const known = settings.get(more.path);
  const now = known === undefined ? more.now : Number.parseFloat(known.to);
  const { most = Infinity, beside = [], unit = '' } = more;
  if (now !== null && now >= most) return full;
  const to = Math.min(most, raised({ ...more, now }, ROOM / factor, full.busiest));
  settings.set(more.path, raisedTo(more.now, to, unit));
  for (const own of beside)
    if ((own.now ?? 1) < to) settings.set(own.path, raisedTo(own.now, to, ''));
  return null;
}

/** Raises the connections of servers to those that larger pools ask for: beyond them, connecting fails. */
function serve(
  probes: Probes,
  load: Pick<Load, 'workloads' | 'factor'>,
  written: MapNode,
  settings: Map<string, Raised>,
): void {
  const databases = [...settings.keys()].flatMap((path) => databaseOfPool(path) ?? []);
  for (const name of new Set(databases)) {
    const { file, plans } = probes.prepared({ ...load, set: setsOf(settings) });
    const needed = serverNeed(file.variants[0]!.scenario, plans[0]!, name);
    if (needed === null) continue;
    const path = ['databases', name, 'maxConnections'];
    settings.set(pathText(path), raisedTo(numberOf(nodeAt(written, path)), needed, ''));
  }
}

function setsOf(settings: ReadonlyMap<string, Raised>): string[] {
  return [...settings].map(([path, { to }]) => `${path}=${to}`);
}

function raisedTo(now: number | null, to: number, unit: string): Raised {
  const from = now === null ? null : `${now}${unit}`;
  return { from, to: `${to}${unit}`, by: to / (now ?? 1) };
}

/**
 * Raises the limits that refuse calls to what is asked of them; false if they have no number. More permits refuse fewer
 * calls than in proportion, so that they grow by steps.
 */
function admit(
  refused: RefusedCalls,
  written: MapNode,
  settings: Map<string, Raised>,
  full: ComponentHeadroom | null,
): boolean {
  // Retries of refused calls are refused, too: their share is larger than what the limit lacks.
  const isRate = full?.resource === 'rate' && full.by === refused.by;
  const least = isRate
    ? Math.max(1, ROOM / full.factor)
    : Math.max(STEP, ROOM / (1 - refused.share));
  const all = admittedBy(written, refused);
  for (const own of all) {
    const before = settings.get(own.path)?.by ?? 1;
    const by = Math.ceil(20 * before * least) / 20;
    settings.set(own.path, { from: String(plain(own.now)), to: moreOf(own, by), by });
  }
  return all.length > 0;
}

/**
 * Whether a limit on calls refuses about as many as before it was raised, such as one that adapts to latency: its highest
 * value does not decide.
 */
function isInVain(before: Shown, after: Shown): boolean {
  const [one, two] = [before.refused, after.refused];
  if (one === null || two === null || after.holds) return false;
  const isSame = one.of === two.of && one.by === two.by && one.callee === two.callee;
  const isLimit = [before, after].every((own) => !isOther(fullOf(own.gives, own.headroom)));
  return isSame && isLimit && one.caller === two.caller && two.share >= IN_VAIN * one.share;
}

/** The full resource, else the one that is nearest to it. */
function fullestOf({
  gives,
  headroom,
}: Pick<Shown, 'gives' | 'headroom'>): ComponentHeadroom | null {
  return fullOf(gives, headroom) ?? headroom.components[0] ?? null;
}

/** Whether something else is full than a limit on calls. */
function isOther(full: ComponentHeadroom | null): boolean {
  return full !== null && full.by === undefined;
}

/** The resource that is full, or nearly so. */
function fullOf(
  gives: Shown['gives'],
  { components }: Shown['headroom'],
): ComponentHeadroom | null {
  if (gives !== null && gives !== undefined && 'full' in gives) return gives.full;
  const [first] = components;
  return first !== undefined && first.factor < FULL ? first : null;
}
