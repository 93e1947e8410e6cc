import type { CountDistribution } from '../kernel/counts.js';
import type { Distribution } from '../kernel/distribution.js';
import type { Cache, CacheLevel, ResponseCache } from '../contracts/scenario/caching.js';
import type { CacheOp, PlanCacheAct } from '../contracts/plan/caching.js';
import { OUTCOME, type Outcome } from '../contracts/outcome.js';
import { CALL_MODE, OP } from '../contracts/plan/program.js';
import type { Step, Bundle, StepOf } from '../contracts/scenario/steps.js';
import { SLOT, type Label } from './assembler.js';
import { BARE } from './calls.js';
import { isFree } from './free.js';
import { StepNames } from './identity.js';
import type { LaidPart, Layout } from './layout.js';
import { clearRegisters, registersOf, writeRounds } from './rounds.js';
import { inside, strand, type Scope } from './scope.js';
import { writeBackground, writeAct, writeCall, writeJump, type Writer } from './writer.js';

type CacheVerb = StepOf<'cache'>;

/** A use of a cache in a program. */
interface Site {
  readonly w: Writer;
  readonly cache: Cache;
  readonly number: number;
  readonly key: number;
  readonly slot: number;
  readonly policy: Bundle | null;
  readonly ttlNs: number;
}

/** More batches than any run can write. */
const FOR_EVER: CountDistribution = { kind: 'constant', value: 2_000_000_000 };

const COMMAND = { get: 0, set: 1, delete: 2 } as const;

/** Writes a `cache` step. */
export function writeCache(w: Writer, step: CacheVerb, outer: Scope): void {
  const { component } = outer.part;
  if (component.kind === 'workload') {
    // A bundle is resolved without knowing its caller.
    const message = `${component.name} is a workload: the cache belongs into a service or a gateway`;
    w.problems.add('FL702', outer.where, message);
    return;
  }
  const names = new StepNames(outer.names.next(`cache:${step.op}:${step.cache}`));
  const scope: Scope = { ...inside(outer), names };
  const site = siteOf(w, step.cache, step.key, step.policy, -1, scope);
  switch (step.op) {
    case 'get':
      return writeGet(site, step, scope);
    case 'refresh':
      return writeLoad(site, step.onMiss!, step.store, scope);
    case 'set':
      perform(site, 'write', scope);
      writeStores(site, scope, site.cache.onError === 'fail');
      if (site.cache.writeBehind !== null) {
        return writeGathering(site, step.write!, scope);
      }
      return w.writeSteps(w, step.write ?? [], scope);
    case 'delete':
      perform(site, 'write', scope);
      return writeForget(site, scope);
  }
}

/** Writes the program of the server of a shared level. */
export function writeServer(w: Writer, part: LaidPart, level: CacheLevel, scope: Scope): void {
  const name = part.component.name;
  const { cache } = part.source as Extract<LaidPart['source'], { kind: 'level' }>;
  const site = siteOf(w, name, cache.key, null, -1, scope);
  const number = cache.levels.indexOf(level);
  perform(site, 'receive', scope, number);
  writeWork(w, level.latency, scope);
  perform(site, 'serve', scope, number);
}

/** Writes the lookup of a response cache. Returns a function that writes the storing of a successful response. */
export function writeResponseCache(w: Writer, own: ResponseCache, scope: Scope): () => void {
  const { assembler } = w;
  const site = siteOf(w, own.cache, own.key, null, own.ttlNs ?? -1, scope);
  const hit = assembler.label();
  const miss = assembler.label();
  writeLookups(site, hit, miss, scope);
  const go = assembler.label();
  assembler.bind(hit);
  assembler.emit(OP.DONE, OUTCOME.ok);
  assembler.bind(miss);
  const shared = site.cache.coalesce !== 'none';
  if (shared) {
    const follow = assembler.label();
    performOr(site, 'claim', follow, scope);
    writeJump(w, go);
    assembler.bind(follow);
    perform(site, 'follow', scope);
    shareLocally(site, scope);
    assembler.emit(OP.DONE, OUTCOME.ok);
  } else {
    perform(site, 'begin', scope);
  }
  assembler.bind(go);
  return () => {
    const behind = assembler.label();
    performOr(site, 'loaded', behind, scope);
    writeStores(site, scope, false);
    if (shared) perform(site, 'land', scope);
    assembler.bind(behind);
  };
}

/** Ends a load with a failure that a `fail` step sets. It is handled like the failure of a call. */
export function writeFailing(w: Writer, outcome: Outcome, scope: Scope): void {
  const spec: PlanCacheAct = { ...NOTHING, op: 'failing', from: scope.part.id, outcome };
  writeAct(w, w.acts.cache(spec), 'failing', scope);
}

function writeGet(site: Site, step: CacheVerb, scope: Scope): void {
  const { w } = site;
  const { assembler } = w;
  const { cache } = site;
  const hit = assembler.label();
  const miss = assembler.label();
  const done = assembler.label();
  writeLookups(site, hit, miss, scope);
  assembler.bind(miss);
  if (step.onMiss === null) {
    perform(site, 'absent', scope);
  } else {
    writeLoad(site, step.onMiss, step.store, scope);
  }
  writeJump(w, done);
  assembler.bind(hit);
  const again = cache.staleWhileRevalidateNs !== null || cache.refreshAheadFactor !== null;
  if (again && step.onMiss !== null) writeRefresh(site, step.onMiss, scope);
  if (cache.negativeTtlNs !== null) {
    perform(site, 'verdict', scope);
  }
  assembler.bind(done);
}

/** Looks the value up in the levels in order. A value that is found is copied into the levels before its own. */
function writeLookups(site: Site, hit: Label, miss: Label, scope: Scope): void {
  const { w } = site;
  const { assembler } = w;
  const { levels, onError, name } = site.cache;
  levels.forEach((level, index) => {
    const next = assembler.label();
    if (level.kind === 'local') {
      writeWork(w, level.latency, scope);
      performOr(site, 'lookup', next, scope, index);
    } else {
      const down = assembler.label();
      writeAsk(site, 'get', index, scope);
      const failure = { kind: onError === 'fail' ? 'keep' : 'jump', to: down } as const;
      const to = { component: name, part: level.name };
      writeCall(w, to, BARE, site.policy, { ...scope, failure }, 'cache');
      performOr(site, 'answered', next, scope, index);
      writeFills(site, index, scope);
      writeJump(w, hit);
      assembler.bind(down);
      if (onError === 'fail') perform(site, 'rethrow', scope);
      assembler.bind(next);
      return;
    }
    writeFills(site, index, scope);
    writeJump(w, hit);
    assembler.bind(next);
  });
  writeJump(w, miss);
}

function writeFills(site: Site, found: number, scope: Scope): void {
  if (site.cache.hitRatio !== null) return;
  for (let index = found - 1; index >= 0; index--) {
    perform(site, 'fill', scope, index);
  }
}

/** Writes the steps that load a value, and the wait of requests that share the load. */
function writeLoad(site: Site, steps: readonly Step[], stores: boolean, scope: Scope): void {
  const { w } = site;
  const { assembler } = w;
  const shared = site.cache.coalesce !== 'none';
  const follow = assembler.label();
  const done = assembler.label();
  if (shared) performOr(site, 'claim', follow, scope);
  else perform(site, 'begin', scope);
  writeLoading(site, steps, stores, shared, done, scope);
  if (shared) {
    assembler.bind(follow);
    perform(site, 'follow', scope);
    if (stores) shareLocally(site, scope);
  }
  assembler.bind(done);
}

function writeLoading(
  site: Site,
  steps: readonly Step[],
  stores: boolean,
  shared: boolean,
  done: Label,
  scope: Scope,
): void {
  const { w } = site;
  const { assembler } = w;
  const failed = assembler.label();
  const body: Scope = { ...scope, failure: { kind: 'keep', to: failed } };
  const used = registersOf(w, scope, () => w.writeSteps(w, steps, body));
  perform(site, 'loaded', scope);
  if (stores) writeStores(site, scope, false);
  if (shared) perform(site, 'land', scope);
  writeJump(w, done);
  assembler.bind(failed);
  clearRegisters(w, scope, used);
  if (site.cache.negativeTtlNs !== null && stores) {
    const other = assembler.label();
    performOr(site, 'negative', other, scope);
    writeStores(site, scope, false);
    assembler.bind(other);
  }
  perform(site, 'failed', scope);
  writeJump(w, done);
}

/** Reloads the value in the background, on behalf of a request that already has its response. */
function writeRefresh(site: Site, steps: readonly Step[], scope: Scope): void {
  const { w } = site;
  const { assembler } = w;
  const behind = assembler.label();
  const end = assembler.label();
  performOr(site, 'due', behind, scope);
  writeBackground(w, scope.names.next('background'), () => {
    const own: Scope = {
      ...strand(scope),
      names: new StepNames(scope.names.next('refresh')),
      failure: { kind: 'jump', to: end },
    };
    perform(site, 'refreshing', own);
    writeLoading(site, steps, true, true, end, own);
    assembler.bind(end);
  });
  assembler.bind(behind);
}

/** Stores the value at every level, farthest first. */
function writeStores(site: Site, scope: Scope, mustStore: boolean): void {
  const { cache } = site;
  if (cache.hitRatio !== null && cache.host === null) return;
  for (let index = cache.levels.length - 1; index >= 0; index--) {
    const level = cache.levels[index]!;
    if (level.kind === 'local') {
      if (cache.hitRatio === null) {
        perform(site, 'store', scope, index);
      }
    } else writeCommand(site, 'set', index, scope, mustStore);
  }
}

/** Deletes the value at every level, farthest first: otherwise a nearer level could be filled with it again. */
function writeForget(site: Site, scope: Scope): void {
  const { cache } = site;
  for (let index = cache.levels.length - 1; index >= 0; index--) {
    const level = cache.levels[index]!;
    if (level.kind !== 'local') {
      writeCommand(site, 'delete', index, scope, cache.onError === 'fail');
    } else if (cache.hitRatio === null) {
      perform(site, 'forget', scope, index);
    }
  }
}

/** Sends a command to the shared level. Its failure fails the step if `must` is set, and is ignored otherwise. */
function writeCommand(
  site: Site,
  command: keyof typeof COMMAND,
  index: number,
  scope: Scope,
  must: boolean,
): void {
  const { w } = site;
  const after = w.assembler.label();
  writeAsk(site, command, index, scope);
  const to = { component: site.cache.name, part: site.cache.levels[index]!.name };
  const around: Scope = must ? scope : { ...scope, failure: { kind: 'ignore', after } };
  writeCall(w, to, BARE, site.policy, around, 'cache');
  w.assembler.bind(after);
}

function writeAsk(site: Site, command: keyof typeof COMMAND, index: number, scope: Scope): void {
  const spec = { ...specOf(site, 'ask', scope, index), command: COMMAND[command] };
  writeAct(site.w, site.w.acts.cache(spec), 'ask', scope);
}

/** Gives the loaded value to every local level. */
function shareLocally(site: Site, scope: Scope): void {
  if (site.cache.hitRatio !== null) return;
  site.cache.levels.forEach((level, index) => {
    if (level.kind === 'local') perform(site, 'share', scope, index);
  });
}

/** Write-behind: a background strand writes one batch after another. */
function writeGathering(site: Site, steps: readonly Step[], scope: Scope): void {
  const { w } = site;
  const { assembler } = w;
  const behind = assembler.label();
  performOr(site, 'buffer', behind, scope);
  const batch = (round: Scope): void => {
    const failed = assembler.label();
    const again = assembler.label();
    perform(site, 'gather', round);
    perform(site, 'take', round);
    const body: Scope = { ...round, failure: { kind: 'jump', to: failed } };
    const used = registersOf(w, round, () => w.writeSteps(w, steps, body));
    performOr(site, 'written', again, round);
    assembler.emit(OP.DONE, OUTCOME.ok);
    assembler.bind(failed);
    clearRegisters(w, round, used);
    perform(site, 'requeue', round);
    assembler.bind(again);
  };
  writeBackground(w, scope.names.next('background'), () => {
    const own: Scope = { ...strand(scope), names: new StepNames(scope.names.next('gathered')) };
    writeRounds(w, FOR_EVER, '', own, batch);
  });
  assembler.bind(behind);
}

function writeWork(w: Writer, time: Distribution, scope: Scope): void {
  if (isFree(time)) return;
  w.assembler.emit(OP.WORK, w.distributions.id(time), 0, 0, scope.names.next('work'));
}

/** Writes an instruction whose failure is a branch to `otherwise`, not a failure of the step. */
function performOr(site: Site, op: CacheOp, otherwise: Label, scope: Scope, level = -1): void {
  const { acts, assembler } = site.w;
  const id = acts.cache(specOf(site, op, scope, level));
  const at = assembler.emit(OP.ACT, id, CALL_MODE.JUMP, 0, scope.names.next(op));
  assembler.point(at, SLOT.C, otherwise);
}

const NOTHING = {
  act: 'cache',
  cache: -1,
  level: -1,
  key: -1,
  slot: 0,
  command: 0,
  ttlNs: -1,
} as const;

/** Writes an instruction of the cache. */
function perform(site: Site, op: CacheOp, scope: Scope, level = -1): void {
  writeAct(site.w, site.w.acts.cache(specOf(site, op, scope, level)), op, scope);
}

function specOf(site: Site, op: CacheOp, scope: Scope, level: number): PlanCacheAct {
  const { number, key, slot, ttlNs } = site;
  return {
    ...NOTHING,
    op,
    from: scope.part.id,
    cache: number,
    level,
    key,
    slot,
    ttlNs,
    outcome: 0,
  };
}

/** Index of a cache in the plan. */
function cacheNumber(layout: Layout, name: string): number {
  return layout.components
    .filter(({ kind }) => kind === 'cache')
    .findIndex((component) => component.name === name);
}

function siteOf(
  w: Writer,
  name: string,
  key: string | null,
  policy: Bundle | null,
  ttlNs: number,
  scope: Scope,
): Site {
  const { source } = w.layout.byName.get(name)!;
  const { spec: cache } = source as Extract<typeof source, { kind: 'cache' }>;
  return {
    w,
    cache,
    number: cacheNumber(w.layout, name),
    key: cache.hitRatio === null ? w.acts.key(key ?? cache.key, scope.where, 'a cache') : -1,
    slot: w.acts.nextLoad(scope.part.id),
    policy,
    ttlNs,
  };
}
