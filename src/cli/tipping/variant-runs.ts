import { usualVerdict } from '../../analysis/tipping.js';
import { isStopped } from '../../run/run.js';
import { scalar } from '../../scenario/located.js';
import type { SettingChange } from '../../scenario/tuning/change.js';
import { loadTimes } from '../../scenario/tuning/estimates.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { RunVerdict } from '../../contracts/result/cascade.js';
import { lengthPath, type Length } from '../../api/capacity/length.js';
import { interruption } from '../interrupt.js';
import { runEach, unlessInterrupted, type PlanRuns } from '../plan-runs.js';
import type { Prepared } from '../../api/prepare.js';
import { eventsOf } from '../../api/proving/events.js';
import { variantWith } from '../../api/tune/variant-with.js';

/** A fault length and a load to run. */
export interface Setting {
  /** Seconds; null = as in the file. */
  readonly length: number | null;
  /** Multiple of the load of the file. */
  readonly load: number;
}

/** A variant to run with other lengths of a fault and other loads. */
export interface VariantRunsInputs {
  readonly prepared: Prepared;
  readonly variant: string;
  readonly records: readonly RunRecord[];
  /** The fault whose length changes; null = none. */
  readonly length: Length | null;
  /** Events that the runs may handle. */
  readonly events: number;
  readonly runs: PlanRuns;
  readonly onRun: () => void;
}

/** Events of a run beyond those of a usual one, for which there is to be room. */
export const ROOM = 1.3;

/** Runs a variant with other lengths of a fault and other loads, with the same random numbers. */
export class VariantRuns {
  /** Runs that were made. */
  done = 0;
  /** Events that are left. */
  events: number;
  /** A setting was not run, because none were left. */
  isCut = false;
  private readonly by: VariantRunsInputs;
  private readonly known = new Map<string, RunVerdict | null>();
  private readonly perRun: number;

  constructor(by: VariantRunsInputs, usual: RunVerdict) {
    this.by = by;
    this.events = by.events;
    this.perRun = Math.max(1, eventsOf(by.records) / by.records.length);
    this.known.set(keyOf({ length: null, load: 1 }), usual);
  }

  /** The verdict on most runs with a setting; null = none can be run, or no events are left. */
  async verdict(setting: Setting): Promise<RunVerdict | null> {
    const key = keyOf(setting);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const verdict = await this.run(setting);
    if (verdict !== null) this.known.set(key, verdict);
    return verdict;
  }

  private async run(setting: Setting): Promise<RunVerdict | null> {
    const { prepared, variant, records, runs } = this.by;
    const count = records.length;
    const expected = ROOM * count * this.perRun * Math.max(1, setting.load);
    if (interruption.aborted || this.events < expected) {
      this.isCut = true;
      return null;
    }
    const made = variantWith(prepared, variant, this.changes(setting));
    if (made === null) return null;
    const maxEvents = Math.min(made.plan.maxEvents, Math.max(1, Math.floor(this.events / count)));
    const plan = { ...made.plan, traceShare: 0, maxEvents };
    const [own = []] = await unlessInterrupted(runEach([plan], count, runs), []);
    this.done += own.length;
    this.events -= eventsOf(own);
    this.by.onRun();
    if (own.length < count || own.some(isStopped)) {
      this.isCut = true;
      return null;
    }
    return usualVerdict(made.variant, made.plan, own);
  }

  private changes({ length, load }: Setting): readonly SettingChange[] {
    const { prepared, variant, length: fault } = this.by;
    const { patched } = prepared.texts.get(variant)!;
    const ofLoad = load === 1 ? [] : loadTimes(patched, load);
    if (length === null || fault === null) return ofLoad;
    const value = scalar(`${length}s`, patched.at);
    return [...ofLoad, { path: lengthPath(fault.id), value }];
  }
}

function keyOf({ length, load }: Setting): string {
  return `${length} ${load}`;
}
