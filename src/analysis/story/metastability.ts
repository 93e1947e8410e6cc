import type { Ns } from '../../kernel/time.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { Ending, EndReason } from '../../contracts/result/cascade.js';
import { isOpen, movedOf } from '../../telemetry/machines.js';
import {
  arrivedIn,
  goodputOf,
  goodShare,
  RECOVERED_SHARE,
  refusalsApart,
  type Goodput,
} from '../measure/goodput.js';
import {
  FEW_ARRIVALS,
  gridBetween,
  KIND_SLACK,
  recoveryOf,
  staysGood,
  windowsFrom,
} from '../measure/recovery.js';
import { firstFaultNs } from '../measure/faulted.js';
import type { VariantData } from '../measure/variant-data.js';
import { cellsOf, RECOVERY_WINDOW_NS, slicesOf, type CellSet } from '../measure/window.js';
import { demandsOf, type Demands } from './demands.js';
import { ending, undecided } from './endings.js';
import { WELL } from './ending-words.js';
import { feasibilityOf, INFEASIBLE, overloadIn, SAME, type Feasibility } from './feasibility.js';
import { leakedPool } from './leaks.js';
import { instancesDown, isWaiting } from './instances-down.js';
import { lastReturnNs } from './outages.js';
import type { Lasting } from './lasting.js';
import { isStruck, isTriggered, phasesOf, type Phases } from './phases.js';
import { redeliveredBy } from './redelivered.js';
import { roomsOf } from './rooms/index.js';
import { shareOf, type Room } from './rooms/room.js';
import { slowedIn } from './slowed.js';
import { backlogIn, BUSY, sustainedBy } from './sustaining.js';
import { fallOf, isDraining, isRising, lastHalf } from './trends.js';

/** Latest recovery that is prompt: three windows of 5 s. */
const PROMPT_SECONDS = 15;
/** Minimum number of windows after the fault before a run can be called stuck. */
const HORIZON_WINDOWS = 4;
/** Windows at the end of the run for which a late recovery must last: a single one may be chance. */
const HELD_WINDOWS = 2;
/** Part of the healthy goodput that a rise must reach to be more than noise. */
const WORTHWHILE = 0.05;
/** Share of successes below which a saturated system is overloaded. */
const HEALTHY = 0.95;

/** Resources that an autoscaler adds. */
const SCALED: ReadonlySet<Room['resource']> = new Set(['workers', 'cores', 'proxies']);
/** Growth of the load beyond what chance does to it. */
const GROWN = 1.1;
/** Reasons that name no cause of the failure. */
const OPEN: ReadonlySet<EndReason> = new Set<EndReason>(['unexplained', 'higherLoad']);

/** The facts of one run that a verdict needs. */
interface Run {
  readonly data: VariantData;
  readonly record: RunRecord;
  readonly goodput: Goodput;
  readonly rooms: readonly Room[];
  readonly demands: Demands;
}

/**
 * Verdict on one run, from that run alone; docs/analysis.md has the definitions. `dying`: its restart loops. Trouble
 * begins with the first fault; without one, with the first loss of goodput.
 *
 * Source of the notion: Bronson et al., HotOS 2021; Huang et al., OSDI 2022.
 */
export function endingOf(data: VariantData, record: RunRecord, dying: readonly string[]): Ending {
  const run: Run = {
    data,
    record,
    goodput: lossesOf(data, record, data.requests),
    rooms: roomsOf(data, record),
    demands: demandsOf(data, record),
  };
  const whole = endingIn(run, dying);
  if (data.requests.length < 2 || !WELL.has(whole.verdict)) return whole;
  // A kind of request may be down for good, although its share of all is small.
  for (const part of data.requests) {
    const own = { ...run, goodput: lossesOf(data, record, [part]) };
    const ending = staysDown(own) ? endingIn(own, dying) : whole;
    if (!WELL.has(ending.verdict)) return ending;
  }
  return whole;
}

/** Goodput of some parts. Without a fault, requests that are refused by design are no loss. */
function lossesOf(data: VariantData, record: RunRecord, parts: readonly number[]): Goodput {
  const all = goodputOf(data, record, parts);
  return isTriggered(data, record) ? all : refusalsApart(data, record, all, parts);
}

/** Whether goodput falls and does not come back, by more than chance. */
function staysDown({ data, record, goodput }: Run): boolean {
  const phases = phasesOf(data, record, goodput);
  if (phases === null) return false;
  const { before, firstNs, overNs, lasting } = phases;
  const after = { fromNs: lasting?.sinceNs ?? overNs, untilNs: data.plan.endNs };
  const grid = gridBetween(data, before, firstNs, after);
  return recoveryOf(goodput, grid, undefined, KIND_SLACK) === Infinity;
}

function endingIn(run: Run, dying: readonly string[]): Ending {
  const { data, record, goodput } = run;
  const phases = phasesOf(data, record, goodput);
  if (phases === null) return steady(run);
  const { before, firstNs } = phases;
  const chronic = overloadBefore(run, before)
    ? overloadIn(data, record, run.rooms, run.demands, tailOf(phases))
    : null;
  if (chronic !== null && !isWellIn(run, tailOf(phases))) return overloaded(chronic);
  // Nothing precedes a fault from the start: users are healthy if their requests succeed.
  const healthy = goodShare(goodput, before) ?? 1;
  if (healthy === 0) return withoutBaseline(run, phases);
  const windows = windowsFrom(firstNs, data.plan.endNs, data);
  if (staysGood(goodput, windows, RECOVERED_SHARE * healthy)) {
    // A fault right before the end has had no time to do harm.
    if (data.plan.endNs - firstNs < RECOVERY_WINDOW_NS) return undecided('tooLate');
    return redelivered(run, phases) ?? ending('untouched', 'noLoss');
  }
  return afterLoss(run, phases, healthy, dying);
}

/** The verdict on a run that is down at its end, and of which no healthy time is known. */
function withoutBaseline({ data, record, rooms, demands }: Run, phases: Phases): Ending {
  const found = overloadIn(data, record, rooms, demands, tailOf(phases));
  return found === null ? undecided('noBaseline') : overloaded(found);
}

/** Share of the goodput before the first fault that is missing after it. */
export function goodputLost(data: VariantData, record: RunRecord): number | null {
  const { plan } = data;
  const goodput = goodputOf(data, record, data.requests);
  const healthy = goodShare(goodput, data.before);
  const after = cellsOf([{ fromNs: firstFaultNs(data), untilNs: plan.endNs }], plan);
  const actual = goodShare(goodput, after);
  if (healthy === null || healthy === 0) return null;
  return actual === null ? 0 : Math.max(0, 1 - actual / healthy);
}

/** A run whose goodput never falls: untouched, unless it fails from the start for lack of capacity. */
function steady(run: Run): Ending {
  const { data, record, rooms, demands } = run;
  if (overloadBefore(run, data.whole)) {
    const found = overloadIn(data, record, rooms, demands, data.whole);
    if (found !== null) return overloaded(found);
  }
  // Without trouble there is no healthy time before; a group that never commits anything shows by itself.
  const half = windowsFrom((data.plan.warmupNs + data.plan.endNs) / 2, data.plan.endNs, data);
  const circling = redeliveredBy(data, record, union([]), half);
  if (circling?.perMessage === Infinity)
    return ending('metastable', 'redeliveries', circling.subject);
  return ending('untouched', isStruck(data, record) ? 'background' : 'noLoss');
}

/** The verdict on a run that loses goodput. */
function afterLoss(run: Run, phases: Phases, healthy: number, dying: readonly string[]): Ending {
  const { data, goodput } = run;
  const { before, firstNs, overNs, after, lasting } = phases;
  const { endNs } = data.plan;
  // A fault without an end is a change for good: the system has the time from its start to adapt.
  const fromNs = lasting?.sinceNs ?? overNs;
  const grid = gridBetween(data, before, firstNs, { fromNs, untilNs: endNs });
  const recovery = recoveryOf(goodput, grid, healthy);
  if (recovery === null) return undecided(whyUnseen(data, overNs));
  const isPrompt = recovery <= PROMPT_SECONDS;
  const heldNs = endNs - fromNs - recovery * 1e9;
  const isHeld = heldNs >= HELD_WINDOWS * RECOVERY_WINDOW_NS;
  if (lasting !== null) {
    if (isHeld && hasRisen(run, firstNs, healthy))
      return redelivered(run, phases) ?? ending('recovered', 'during');
    if (!lasting.isForGood) return undecided('faultLasts');
  } else if (isPrompt || isHeld) {
    const stuck = redelivered(run, phases);
    return stuck ?? ending(isPrompt ? 'recovered' : 'slowRecovery', 'back');
  }
  if (after.length < HORIZON_WINDOWS) return undecided('tooShort');
  return goodShare(goodput, before) === null
    ? withoutBaseline(run, phases)
    : whileDown(run, phases, healthy, dying);
}

/** Whether the last windows of a run are better than its worst by more than chance, so that something got better. */
function hasRisen({ data, goodput }: Run, fromNs: Ns, healthy: number): boolean {
  const windows = windowsFrom(fromNs, data.plan.endNs, data).filter(
    (window) => arrivedIn(goodput, window) >= FEW_ARRIVALS,
  );
  const last = goodShare(goodput, union(windows.slice(-HELD_WINDOWS)));
  const worst = windows.reduce((least, own) => Math.min(least, goodShare(goodput, own)!), 1);
  return last !== null && last - worst >= WORTHWHILE * healthy;
}

/** Why a run does not show whether goodput comes back after a time. */
function whyUnseen({ plan: { endNs } }: VariantData, overNs: Ns): EndReason {
  if (overNs >= endNs) return 'faultLasts';
  return endNs - overNs < RECOVERY_WINDOW_NS ? 'tooShort' : 'noRequests';
}

/** The verdict on a run that is down at its end. */
function whileDown(run: Run, phases: Phases, healthy: number, dying: readonly string[]): Ending {
  const { data, record, goodput, rooms, demands } = run;
  const { before, after } = phases;
  const end = tailOf(phases);
  const shares = lastHalf(after)
    .map((window) => goodShare(goodput, window))
    .filter((share) => share !== null);
  const gain = shares[shares.length - 1] - shares[0];
  if (isRising(shares) && gain >= WORTHWHILE * healthy) return undecided('rises', null, gain);
  // Instances that came back only recently are still part of the fault.
  if (lastReturnNs(data, record) > startOf(data, end)) return undecided('returning');
  const grown = dying.length > 0 ? undefined : rooms.find((room) => isScaling(room, after));
  if (grown !== undefined) return undecided('scaling', nameOf(grown));
  const feasible = feasibilityOf(rooms, demands, before, end, phases.isRaised);
  if (phases.lasting !== null) return whileItStays(run, phases, phases.lasting, feasible, end);
  const down = instancesDown(record);
  // Processes that die again take capacity away themselves.
  if (dying.length > 0 && (feasible.kind !== 'infeasible' || feasible.isLost))
    return ending('metastable', 'restarts', dying[0]);
  if (feasible.kind === 'infeasible') {
    if (!feasible.isLost) return overloaded(feasible);
    return down.some((id) => !isWaiting(data, id)) || down.length === 0
      ? ending('lost', 'instances', nameOf(feasible.room))
      : undecided('returning', nameOf(feasible.room));
  }
  const leaked = leakedPool(data, record, end);
  if (leaked !== null) return ending('lost', 'connections', leaked.subject, leaked.connections);
  if (down.some((id) => isWaiting(data, id))) return undecided('returning');
  if (breakerWaits(data, record, end)) return undecided('breakerOpen');
  const messages = redelivered(run, phases);
  if (messages !== null) return messages;
  const sustained = sustainedBy(data, record, rooms, demands, before, end, after);
  if (sustained === null || sustained.isShrinking) {
    const open = whyUndecided(run, feasible, before, end, after);
    if (!OPEN.has(open.reason)) return open;
    // A fault of the entire run may keep it down.
    if (isStruck(data, record) && !isTriggered(data, record)) return undecided('faultLasts');
    const slowed = slowedIn(data, record, rooms, demands, phases.steadyNs, end);
    if (slowed !== null) return overloaded(slowed);
    if (down.length === 0) return open;
    return ending(
      'lost',
      'instances',
      data.plan.components[data.plan.instances[down[0]].component].name,
    );
  }
  const room = nameOf(sustained.room);
  if (feasible.kind === 'unknown')
    return undecided('nearCapacity', feasible.room?.owner ?? null, feasible.need);
  const { factor, isOnlyRepeated, wasted } = sustained;
  if (isOnlyRepeated) return ending('metastable', 'repeated', room);
  if (wasted !== null) return ending('metastable', 'wasted', room, wasted);
  return ending('metastable', 'amplified', room, Number.isFinite(factor) ? factor : null);
}

/** The verdict on a run that is down under faults without an end: for lack of capacity, or by these faults. */
function whileItStays(
  { data, record, rooms, demands }: Run,
  { before }: Phases,
  { isAlone, released }: Lasting,
  feasible: Feasibility,
  end: CellSet,
): Ending {
  if (feasible.kind === 'infeasible' && !feasible.isLost) return overloaded(feasible);
  const found = overloadIn(data, record, rooms, demands, end);
  if (found !== null && !isLostBetween(found, before, end)) return overloaded(found);
  // After another fault the run does not show which of them keeps it down.
  if (!isAlone) return undecided('faultLasts');
  return ending('lost', released === null ? 'faultStays' : 'releaseStays', released);
}

/** Whether a load that is too high at the end is one that the capacity of an earlier time could serve. */
function isLostBetween({ room, need }: Feasibility, before: CellSet, end: CellSet): boolean {
  if (room === null) return false;
  const [was, is] = [before, end].map((window) => room.useIn(window).capacity);
  return was > is && need * (is / was) < INFEASIBLE;
}

/** Whether a full resource got more capacity while the run was about to end, such as that of an autoscaler. */
function isScaling(room: Room, after: readonly CellSet[]): boolean {
  const [first, ...rest] = after.slice(-HORIZON_WINDOWS).map((window) => room.useIn(window));
  const last = rest[rest.length - 1];
  if (!SCALED.has(room.resource) || shareOf(first) < BUSY) return false;
  return last.capacity > (1 + SAME) * first.capacity;
}

/** The trend of the fullest resource, or that nothing explains the failure. */
function whyUndecided(
  { data, record, rooms, demands }: Run,
  feasible: Feasibility,
  before: CellSet,
  end: CellSet,
  after: readonly CellSet[],
): Ending {
  if (feasible.kind === 'unknown')
    return undecided('nearCapacity', feasible.room?.owner ?? null, feasible.need);
  const fullest = rooms.reduce<Room | null>(
    (most, room) =>
      most === null || shareOf(room.useIn(end)) > shareOf(most.useIn(end)) ? room : most,
    null,
  );
  if (fullest === null) return undecided('unexplained');
  const backlog = backlogIn(data, record, fullest, after);
  if (isDraining(backlog)) return undecided('drains', nameOf(fullest), fallOf(lastHalf(backlog)));
  const usual = demands.usersOf(fullest.component, before);
  const growth = usual > 0 ? demands.usersOf(fullest.component, end) / usual : 1;
  return growth >= GROWN
    ? undecided('higherLoad', nameOf(fullest), growth)
    : undecided('unexplained', nameOf(fullest));
}

/** Messages that their own redelivery keeps waiting, although users notice nothing; null without any. */
function redelivered({ data, record }: Run, phases: Phases): Ending | null {
  const { before, after } = phases;
  if (after.length < HORIZON_WINDOWS) return null;
  const found = redeliveredBy(data, record, before, lastHalf(after));
  if (found === null) return null;
  const { subject, perMessage, isPoisoned } = found;
  if (isPoisoned) return ending('lost', 'poison', subject);
  return ending('metastable', 'redeliveries', subject, perMessage);
}

/** Whether a saturated system fails, or falls behind, in a time that ought to be healthy. */
function overloadBefore({ data, record, goodput, rooms, demands }: Run, window: CellSet): boolean {
  const share = goodShare(goodput, window);
  if (share === null) return false;
  const found = overloadIn(data, record, rooms, demands, window);
  if (found === null) return false;
  if (share < HEALTHY) return true;
  return isRising(backlogIn(data, record, found.room!, slicesOf(window)));
}

function isWellIn({ goodput, rooms }: Run, window: CellSet): boolean {
  const share = goodShare(goodput, window);
  return (share ?? 1) >= HEALTHY && rooms.every((room) => shareOf(room.useIn(window)) < HEALTHY);
}

function overloaded({ room, need }: Feasibility): Ending {
  return ending('overloaded', 'load', room?.owner ?? null, need);
}

function nameOf(room: Room | null): string | null {
  return room === null ? null : room.name;
}

/** The last 20 s after the trigger. */
function tailOf({ after }: Phases): CellSet {
  return union(after.slice(-HORIZON_WINDOWS));
}

/** True when a breaker is open at the end and has not tried to close since the start of the window. */
function breakerWaits(data: VariantData, record: RunRecord, window: CellSet): boolean {
  const sinceNs = startOf(data, window);
  return movedOf(record, data.plan.warmupNs).some(({ machine, transitions }) => {
    const last = transitions[transitions.length - 1];
    if (machine.dryRun) return false;
    return isOpen(machine, last.state) && last.atNs < sinceNs;
  });
}

function startOf({ plan }: VariantData, { cells }: CellSet): number {
  return cells.length === 0 ? plan.endNs : plan.grid.edges[cells[0]];
}

function union(windows: readonly CellSet[]): CellSet {
  return {
    cells: Int32Array.from(windows.flatMap((window) => [...window.cells])),
    segments: new Int32Array(0),
    lengthNs: windows.reduce((total, window) => total + window.lengthNs, 0),
  };
}
