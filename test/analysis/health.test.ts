import { describe, expect, it } from 'vitest';
import { UsualLatency } from '../../src/analysis/measure/usual-latency.js';
import { episodesOf, healthOf, type Times } from '../../src/analysis/story/health.js';
import type { Lane } from '../../src/analysis/measure/lanes.js';
import type { Steps } from '../../src/analysis/measure/steps.js';

const STEPS = 40;
const SECOND = 1e9;
/** Steps of 1 s; the first fault begins at 20 s. */
const steps: Steps = {
  count: STEPS,
  startNs: Float64Array.from({ length: STEPS }, (_, k) => k * SECOND),
  lengthNs: new Float64Array(STEPS).fill(SECOND),
  stepOfCell: Int32Array.from({ length: STEPS }, (_, k) => k),
};
const FAULT = 20 * SECOND;

/** Rises of the load; the time before the first one is calm. */
const loadsOf = (risesNs: readonly number[]): Times['loads'] => ({
  changesNs: risesNs,
  risesNs,
  startsNs: [],
  jumpsNs: [],
  calmNs: risesNs[0] ?? 0,
  climbs: false,
});

interface Written {
  readonly arrivals?: (step: number) => number;
  /** Share that succeeds. */
  readonly good?: (step: number) => number;
  /** p95 in ms. */
  readonly latency?: (step: number) => number;
  /** Share of the 2,000 latencies before the fault that is above this many seconds; at most 70 ms. */
  readonly usual?: { readonly share: number; readonly above: number };
  /** Of 10 workers. */
  readonly busy?: (step: number) => number;
  readonly inSystem?: (step: number) => number;
}

function lane(written: Written): Lane {
  const column = (of: (step: number) => number): Float64Array =>
    Float64Array.from({ length: STEPS }, (_, step) => of(step));
  const arrivals = written.arrivals ?? (() => 100);
  const good = written.good ?? (() => 1);
  return {
    name: 'shop',
    component: 0,
    parts: [0],
    arrivals: column(arrivals),
    arrived: column(arrivals),
    finished: column(arrivals),
    succeeded: column((step) => arrivals(step) * good(step)),
    good: column((step) => arrivals(step) * good(step)),
    errors: column((step) => arrivals(step) * (1 - good(step))),
    shed: column(() => 0),
    overRate: column(() => 0),
    refused: column(() => 0),
    cancelled: column(() => 0),
    latency: column((step) => (written.latency ?? (() => 20))(step) / 1000),
    answered: column((step) => Math.round(arrivals(step) * good(step))),
    usualUntil: () => usualOf(written.usual ?? { share: 0, above: 0.02 }),
    busy: column(written.busy ?? (() => 5)),
    queue: column(() => 0),
    queueMax: column(() => 0),
    busyMax: column(() => 0),
    inSystem: column(written.inSystem ?? (() => 5)),
    poolWaiting: column(() => 0),
    cpu: column(() => 0),
    up: column(() => 1),
    there: column(() => 1),
    workers: 10,
    workersAt: column(() => 10),
    placesAt: column(() => 100),
    cores: Infinity,
  };
}

function usualOf({ share, above }: { readonly share: number; readonly above: number }) {
  const most = share > 0 ? 0.07 : above;
  return new UsualLatency(
    2000,
    (p) => (p > 1 - share ? most : above),
    (seconds) => (seconds < above ? 2000 : seconds < most ? 2000 * share : 0),
  );
}

/** The fault lasts to the end of the run; in an outage nothing answers from 20 to 30 s. */
function spans(written: Written, times: Partial<Times> = {}): string[] {
  const loads = loadsOf([]);
  const faulted = {
    faultsNs: [FAULT],
    cutsNs: [FAULT],
    loads,
    outages: [],
    silences: [],
    reachNs: 0,
    knownStep: Infinity,
    ...times,
  };
  const { states } = healthOf(lane(written), steps, faulted);
  return episodesOf(states).map(({ from, until, worst }) => `${from}-${until} ${worst}`);
}

const between = (from: number, until: number, bad: number, well: number) => (step: number) =>
  step >= from && step < until ? bad : well;

describe('the health of a component', () => {
  it('stays ok under small noise', () => {
    expect(
      spans({ good: (step) => (step % 3 === 0 ? 0.99 : 1), latency: (step) => 20 + (step % 5) }),
    ).toEqual([]);
  });

  it('degrades at the first of two bad windows and recovers at the first of five good ones', () => {
    expect(spans({ good: between(22, 30, 0.9, 1) })).toEqual(['22-30 degraded']);
  });

  it('ignores a single bad window', () => {
    expect(spans({ good: between(25, 26, 0.2, 1) })).toEqual([]);
  });

  it('does not turn well for fewer than five good windows', () => {
    const flapping = (step: number): number => (step >= 22 && step < 34 && step % 6 < 4 ? 0.8 : 1);
    expect(spans({ good: flapping })).toEqual(['24-34 degraded']);
  });

  it('is failing when half the requests fail, and down when nearly all do', () => {
    expect(spans({ good: between(22, 30, 0.4, 1) })).toEqual(['22-30 failing']);
    expect(spans({ good: between(22, 30, 0.01, 1) })).toEqual(['22-30 down']);
  });

  it('is degraded when answers take longer, and failing when very much longer', () => {
    // Scale: half the median of 20 ms. 60 ms scores 4, 200 ms scores 18.
    expect(spans({ latency: between(22, 30, 60, 20) })).toEqual(['22-30 degraded']);
    expect(spans({ latency: between(22, 30, 200, 20) })).toEqual(['22-30 failing']);
  });

  it('is not degraded by a p95 that is random for so few requests', () => {
    // Of 40 requests the p95 is the third slowest, of 400 the 21st: 2 % of the usual ones are above 31 ms.
    const few = { arrivals: () => 40, usual: { share: 0.02, above: 0.031 } };
    const slow = between(22, 24, 32, 10);
    expect(spans({ ...few, latency: slow })).toEqual([]);
    expect(spans({ ...few, latency: slow, arrivals: () => 400 })).toEqual(['22-24 degraded']);
    expect(spans({ ...few, latency: between(22, 24, 80, 10) })).toEqual(['22-24 failing']);
    // For ten windows in a row chance does not do it: P(Bin(40, 2 %) >= 3) is 4.6 %.
    expect(spans({ ...few, latency: between(22, 32, 32, 10) })).toEqual(['22-32 degraded']);
  });

  it('is not degraded by its own behaviour', () => {
    // Waits of a well used queue: three steps in ten at three times the usual p95.
    const swings = (step: number): number => (step % 10 >= 7 ? 60 : 20 + (step % 10));
    expect(spans({ latency: swings })).toEqual([]);
    const longer = (step: number): number => (step >= 22 && step < 34 ? 60 : swings(step));
    expect(spans({ latency: longer })).toEqual(['22-34 degraded']);
    const worse = (step: number): number => (step >= 22 && step < 25 ? 900 : swings(step));
    expect(spans({ latency: worse })).toEqual(['22-28 failing']);
  });

  it('is degraded, not failing, when all workers are in use', () => {
    expect(spans({ busy: between(22, 30, 10, 5) })).toEqual(['22-30 degraded']);
  });

  it('is still degraded at the end of the run when nothing changes', () => {
    expect(spans({ good: between(22, 99, 0.1, 1) })).toEqual(['22-40 failing']);
  });

  it('takes windows with few arrivals together', () => {
    // 5 arrivals a step: windows of 4 steps; a bad step alone fails a quarter of its window.
    const few = { arrivals: () => 5, good: between(24, 25, 0, 1) };
    expect(spans(few)).toEqual([]);
  });

  it('says nothing from fewer than five requests', () => {
    expect(spans({ arrivals: () => 0.2, good: between(22, 40, 0, 1) })).toEqual([]);
  });

  it('is not degraded by one window before requests stop, unless it fails', () => {
    const arrivals = (step: number): number => (step > 24 ? 0 : 100);
    expect(spans({ arrivals, good: between(24, 25, 0.8, 1) })).toEqual([]);
    expect(spans({ arrivals, good: between(23, 25, 0.8, 1) })).toEqual(['23-40 degraded']);
    expect(spans({ arrivals, good: between(24, 25, 0.2, 1) })).toEqual(['24-40 failing']);
  });

  it('stays as it is without requests: silence is not health', () => {
    const arrivals = (step: number): number => (step >= 24 && step < 34 ? 0 : 100);
    expect(spans({ arrivals, good: between(22, 34, 0.2, 1) })).toEqual(['22-34 failing']);
    expect(spans({ arrivals })).toEqual([]);
  });

  it('is still degraded at the end if requests do not resume', () => {
    const arrivals = (step: number): number => (step >= 24 ? 0 : 100);
    expect(spans({ arrivals, good: between(22, 34, 0.2, 1) })).toEqual(['22-40 failing']);
  });

  it('is down where no request can reach it, if some came before', () => {
    const silences = [{ fromNs: FAULT, untilNs: 30 * SECOND }];
    const cutsNs = [FAULT, 30 * SECOND];
    const arrivals = (step: number): number => (step >= 20 && step < 30 ? 0 : 100);
    expect(spans({ arrivals }, { silences, cutsNs })).toEqual(['20-30 down']);
    expect(spans({ arrivals }, { cutsNs })).toEqual([]);
  });

  it('does not turn well while a fault stops it', () => {
    // Two bad steps, then answers look well; the outage lasts to 30 s.
    const outages = [{ fromNs: FAULT, untilNs: 30 * SECOND }];
    const cutsNs = [FAULT, 30 * SECOND];
    expect(spans({ good: between(20, 22, 0.2, 1) })).toEqual(['20-22 failing']);
    expect(spans({ good: between(20, 22, 0.2, 1) }, { outages, cutsNs })).toEqual([
      '20-30 failing',
    ]);
  });

  it('does not judge what was before the end of a fault together with what came after', () => {
    // 2 arrivals a step: ten steps are one window, unless a fault ends in the middle of it.
    const thin = { arrivals: () => 5, good: between(20, 26, 0, 1) };
    expect(spans(thin, { cutsNs: [FAULT, 26 * SECOND] })).toEqual(['20-26 down']);
  });

  it('takes one failure among few requests for chance', () => {
    // 1 of 100 fails before the fault. Three sigma of 20 requests are 0.07: 1 of 20 is no news, 4 are.
    const usual = (step: number): number => (step % 5 === 0 ? 0.95 : 1);
    const few = (bad: number) => (step: number) => (step >= 22 && step < 30 ? bad : usual(step));
    expect(spans({ arrivals: () => 20, good: few(0.95) })).toEqual([]);
    expect(spans({ arrivals: () => 20, good: few(0.8) })).toEqual(['22-30 degraded']);
  });

  it('takes a few failures of a share that fails throughout for chance, where there is no fault', () => {
    const never = { faultsNs: [], cutsNs: [] };
    const arrivals = () => 20;
    // Up to 1.5 % of 800 requests fail. Of 40 in two steps, 2 may fail by chance, 8 do not.
    const failures = (most: number) => (step: number) =>
      1 - (step === 22 || step === 23 ? most / 2 : step % 10 === 5 ? 1 : 0) / 20;
    expect(spans({ arrivals, good: failures(2) }, never)).toEqual([]);
    expect(spans({ arrivals, good: failures(8) }, never)).toEqual(['22-24 degraded']);
    expect(spans({ arrivals, good: () => 0.93 }, never)).toEqual(['0-40 degraded']);
  });

  it('is judged by itself where there is no fault', () => {
    const never = { faultsNs: [], cutsNs: [] };
    expect(spans({ good: () => 0.2 }, never)).toEqual(['0-40 failing']);
    expect(spans({ busy: () => 10 }, never)).toEqual(['0-40 degraded']);
    expect(spans({ busy: () => 8, latency: () => 5000 }, never)).toEqual([]);
  });

  it('begins with the fault when requests that arrived shortly before are hurt', () => {
    const early = { good: between(17, 30, 0.2, 1) };
    expect(spans(early)).toEqual(['17-30 failing']);
    expect(spans(early, { reachNs: 1 * SECOND })).toEqual(['17-30 failing']);
    expect(spans(early, { reachNs: 2 * SECOND })).toEqual(['20-30 failing']);
  });

  it('begins with the fault that brought it, though another one follows within the reach of a request', () => {
    const early = { good: between(18, 30, 0.2, 1) };
    const reachNs = 3 * SECOND;
    expect(spans(early, { reachNs })).toEqual(['20-30 failing']);
    const both = [18 * SECOND, FAULT];
    expect(spans(early, { reachNs, faultsNs: both, cutsNs: both })).toEqual(['18-30 failing']);
    const earlier = { good: between(17, 30, 0.2, 1) };
    expect(spans(earlier, { reachNs, faultsNs: both, cutsNs: both })).toEqual(['18-30 failing']);
  });

  it('is two where it gets worse as another fault begins, and one where it does so by itself', () => {
    const written = {
      good: between(25, 34, 0.2, 1),
      latency: (step: number) => (step >= 20 && step < 34 ? 40 : 20),
    };
    const parts = (...faults: readonly number[]): string[] => {
      const faultsNs = faults.map((second) => second * SECOND);
      const loads = loadsOf([]);
      const times = {
        faultsNs,
        cutsNs: faultsNs,
        loads,
        outages: [],
        silences: [],
        reachNs: 0,
        knownStep: Infinity,
      };
      const { episodes } = healthOf(lane(written), steps, times);
      return episodes.map(({ from, until, worst }) => `${from}-${until} ${worst}`);
    };
    expect(parts(20, 25)).toEqual(['20-25 degraded', '25-34 failing']);
    expect(parts(20, 30)).toEqual(['20-34 failing']);
    expect(parts(20)).toEqual(['20-34 failing']);
  });

  it('does not judge what was before a change of the load together with what came after', () => {
    const changes = (...at: readonly number[]): Times['loads'] => ({
      ...loadsOf([]),
      changesNs: at.map((second) => second * SECOND),
    });
    // 5 arrivals a step: windows of four steps, unless the load changes in the middle of one.
    const thin = { arrivals: () => 5, good: between(26, 40, 0.2, 1) };
    expect(spans(thin)).toEqual(['24-40 failing']);
    expect(spans(thin, { loads: changes(26) })).toEqual(['26-40 failing']);
    // One arrival in four steps: too few to be judged from one change to the next.
    const sparse = { arrivals: () => 0.25, good: between(20, 40, 0, 1), latency: () => NaN };
    const whole = { faultsNs: [], cutsNs: [] };
    const often = changes(4, 14, 24, 34);
    expect(spans(sparse, { ...whole, loads: often })).toEqual(spans(sparse, whole));
  });

  it('of latencies under a load that climbs from the start is one of ten times the latency at first', () => {
    const whole = { faultsNs: [], cutsNs: [] };
    const climbing = { ...loadsOf([]), calmNs: 4 * SECOND, climbs: true };
    // As a queue does: 20 ms / (1 - load), 180 ms at a load of 0.89 and 220 ms at 0.91.
    const growing = { latency: (step: number) => 20 / (1 - Math.min(step / 33, 0.99)) };
    expect(spans(growing, { ...whole, loads: climbing })).toEqual(['30-40 failing']);
    expect(spans(growing, whole)).toEqual([]);
  });

  it('begins with a jump of the load when requests that arrived shortly before are hurt', () => {
    const early = { good: between(27, 34, 0.2, 1) };
    const loads = (risesNs: readonly number[]): Times['loads'] => ({
      ...loadsOf([...risesNs, 30 * SECOND]),
      startsNs: [30 * SECOND],
      jumpsNs: [30 * SECOND],
    });
    const reachNs = 2 * SECOND;
    expect(spans(early, { loads: loads([]), reachNs: SECOND })).toEqual(['27-34 failing']);
    expect(spans(early, { loads: loads([]), reachNs })).toEqual(['30-34 failing']);
    // Unless something else has happened by then.
    expect(spans(early, { loads: loads([27 * SECOND]), reachNs })).toEqual(['27-34 failing']);
    const faultsNs = [FAULT, 28 * SECOND];
    expect(spans(early, { loads: loads([]), reachNs, faultsNs })).toEqual(['28-34 failing']);
  });
});
