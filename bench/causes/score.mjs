// One case scored, and many scores as tables.
import { mechanismAt, namedCauses, provenFaults, saysHarm, usersOnset } from './account.mjs';
import { FAULT_KINDS } from './faults.mjs';
import { naiveRanks } from './naive.mjs';

const LOOPS = new Set(['retries', 'hedges', 'cacheFill', 'probes', 'rebalances']);

/** The score of a kept case, by the account of its variant. */
export function scoreOf(draft, variant, onset) {
  const named = namedCauses(variant);
  const { category, kind, causes, faults, seed, n, harmful = [] } = draft;
  const base = { seed, n, category, kind, named, sentence: variant.cascade.sentence };
  if (category === 'harmless') return { ...base, falseAlarm: saysHarm(variant) };
  const isTrue = (cause) => causes.some((one) => isSame(one, cause));
  // A harmless fault that does harm in these runs is a part of it, and never the cause to name first.
  const isPart = ({ kind: own, subject }) => own === 'fault' && harmful.includes(subject);
  const ranks = named.map(isTrue);
  const hit = (k) => ranks.slice(0, k).includes(true);
  const decoys = faults.filter((fault) => !fault.isTrue);
  const told = (id) => named.some((cause) => cause.kind === 'fault' && cause.subject === id);
  const score = {
    ...base,
    causes,
    first: hit(1),
    firstThree: hit(3),
    // A loop that keeps the trouble up is no other cause.
    alone:
      named.length > 0 &&
      named.every((cause) => LOOPS.has(cause.kind) || isTrue(cause) || isPart(cause)),
    decoys: decoys.length - harmful.length,
    decoysTold: decoys.filter(({ id }) => told(id) && !harmful.includes(id)).length,
    harmful: harmful.length,
    isTied: decoys.some(({ start }) =>
      faults.some((fault) => fault.isTrue && fault.start === start),
    ),
    // Of a condition, the account is right if it names one of the causes that a run without them confirms.
    all: category === 'condition' ? hit(Infinity) : causes.every(({ subject }) => told(subject)),
  };
  if (category === 'condition') {
    const places = new Set(causes.map(({ subject }) => subject));
    const place = named.some(({ subject }) => places.has(subject) || places.has('*'));
    return { ...score, place, onsetSteps: null };
  }
  return { ...score, ...faultScores(draft, variant, onset) };
}

function isSame(truth, named) {
  if (truth.kind !== named.kind) return false;
  return truth.subject === '*' || truth.subject === named.subject;
}

function faultScores(draft, variant, onset) {
  const { faults, topology, from } = draft;
  const found = usersOnset(variant, from);
  const onsetSteps =
    onset === null || found === null ? null : Math.abs(found - onset) / variant.timeline.step;
  const mechanisms = faults
    .filter(
      (fault) =>
        fault.isTrue && fault.node !== undefined && FAULT_KINDS[fault.kind].mechanisms.length > 0,
    )
    .map((fault) => {
      const { kind, written } = fault;
      const seen = mechanismAt(variant, fault);
      // Of a fault without a degraded target, the account says that the fault degrades the caller.
      const isRight = FAULT_KINDS[kind].mechanisms.includes(seen) || seen === written.kind;
      return { kind, seen, isRight };
    });
  const guilty = new Set(faults.filter(({ isTrue }) => isTrue).flatMap(({ subjects }) => subjects));
  const naive = {};
  if (!guilty.has('users')) {
    for (const [method, names] of Object.entries(naiveRanks(variant, draft))) {
      const places = names.map((name) => guilty.has(name));
      naive[method] = [places[0] === true, places.slice(0, 3).includes(true)];
    }
    naive['chance among components'] = [
      guilty.size / topology.nodes.length,
      Math.min(1, (3 * guilty.size) / topology.nodes.length),
    ];
  }
  const trueFaults = faults.filter(({ isTrue }) => isTrue).length;
  naive['chance among faults'] = [
    trueFaults / faults.length,
    Math.min(1, (3 * trueFaults) / faults.length),
  ];
  const proven = provenFaults(variant);
  const ids = faults.filter(({ isTrue }) => isTrue).map(({ id }) => id);
  const proof =
    proven === null
      ? null
      : { first: ids.includes(proven[0]), all: ids.every((id) => proven.includes(id)) };
  return { onsetSteps, mechanisms, naive, proof };
}

/** The tables of many scores. */
export function tablesOf(scores) {
  const kept = scores.filter(({ isCalm }) => isCalm !== true);
  const of = (category) => kept.filter((score) => score.category === category);
  const [single, two, condition, harmless] = ['single', 'two', 'condition', 'harmless'].map(of);
  const decoys = [...single, ...two];
  const lines = [
    ...heading('one true fault', single),
    row(
      'named first (AC@1)',
      single.map(({ first }) => first),
    ),
    row(
      '  a decoy starts at the same instant',
      single.filter(({ isTied }) => isTied).map(({ first }) => first),
    ),
    row(
      'named in the first three (AC@3)',
      single.map(({ firstThree }) => firstThree),
    ),
    row(
      'named, and nothing else',
      single.map(({ alone }) => alone),
    ),
    row(
      'first by runs without each fault',
      proofs(single).map(({ first }) => first),
    ),
    ...heading('two true faults', two),
    row(
      'both named',
      two.map(({ all }) => all),
    ),
    row(
      'one of them first',
      two.map(({ first }) => first),
    ),
    row(
      'the part of each within 10 points of the runs',
      two.flatMap(({ shares }) => (shares === undefined ? [] : [shares])),
    ),
    row(
      'both proved by runs without each fault',
      proofs(two).map(({ all }) => all),
    ),
    ...heading('causes that are no fault', condition),
    row(
      'named',
      condition.map(({ all }) => all),
    ),
    row(
      'named first',
      condition.map(({ first }) => first),
    ),
    row(
      'its component named',
      condition.map(({ place }) => place),
    ),
    ...heading('harmless runs', harmless),
    row(
      'false alarms',
      harmless
        .filter(({ isTrueAlarm }) => isTrueAlarm !== true)
        .map(({ falseAlarm }) => falseAlarm),
    ),
    `  ${harmless.filter(({ isTrueAlarm }) => isTrueAlarm).length} runs in which users come to harm by chance, or by the causes that the account names`,
    '',
    `${scores.length - kept.length} cases whose faults do no harm in the runs that are scored, and ${kept.reduce((sum, { harmful = 0 }) => sum + harmful, 0)} harmless faults that do some, are not counted`,
    row(
      'decoys named as causes',
      decoys.flatMap(({ decoys: all, decoysTold }) =>
        Array.from({ length: all }, (_, i) => i < decoysTold),
      ),
    ),
    row(
      'mechanism at the faulty edge',
      decoys.flatMap(({ mechanisms }) => mechanisms.map(({ isRight }) => isRight)),
    ),
    `onset of the users: ${onsets(decoys)}`,
    costWords(scores),
    '',
    'by kind (all causes named)',
    ...byKind([...single, ...two, ...condition]),
    '',
    'other methods, one true fault (first, first three)',
    ...methods(single),
  ];
  return lines.join('\n');
}

/** The events of the proofs, as a multiple of those of the runs. */
function costWords(scores) {
  const costs = scores.map(({ cost }) => cost).filter((cost) => cost !== undefined);
  const mean = costs.reduce((sum, cost) => sum + cost, 0) / Math.max(1, costs.length);
  return `events of the proofs: ${mean.toFixed(2)} times those of the runs, at most ${Math.max(0, ...costs).toFixed(2)}`;
}

const proofs = (scores) =>
  scores.flatMap(({ proof }) => (proof === null || proof === undefined ? [] : [proof]));

const heading = (title, scores) => ['', `${title}: ${scores.length} cases`];

function row(label, hits) {
  if (hits.length === 0) return `  ${label.padEnd(40)} -`;
  const k = hits.filter(Boolean).length;
  const [low, high] = wilson(k, hits.length);
  return `  ${label.padEnd(40)} ${share(k / hits.length)}  (${k} of ${hits.length}, ${share(low)} to ${share(high)})`;
}

const share = (value) => `${(100 * value).toFixed(1)} %`;

/** 95 % interval of Wilson. */
export function wilson(k, n) {
  const z = 1.959964;
  const p = k / n;
  const centre = p + (z * z) / (2 * n);
  const half = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  return [centre - half, centre + half].map((value) =>
    Math.min(1, Math.max(0, value / (1 + (z * z) / n))),
  );
}

function onsets(scores) {
  const known = scores
    .map(({ onsetSteps }) => onsetSteps)
    .filter((value) => value !== null && value !== undefined);
  if (known.length === 0) return '-';
  known.sort((a, b) => a - b);
  const at = (q) => known[Math.floor(q * (known.length - 1))].toFixed(1);
  return `error ${at(0.5)} windows in the median, ${at(0.9)} at the 90th percentile, ${known.length} of ${scores.length} known`;
}

function byKind(scores) {
  const kinds = [...new Set(scores.map(({ kind }) => kind))].sort();
  return kinds.map((kind) =>
    row(
      kind,
      scores.filter((score) => score.kind === kind).map(({ all }) => all),
    ),
  );
}

function methods(scores) {
  const names = [...new Set(scores.flatMap(({ naive }) => Object.keys(naive)))];
  return names.map((name) => {
    const pairs = scores.flatMap(({ naive }) => (naive[name] === undefined ? [] : [naive[name]]));
    const mean = (k) => share(pairs.reduce((sum, pair) => sum + Number(pair[k]), 0) / pairs.length);
    return `  ${name.padEnd(40)} ${mean(0)}, ${mean(1)}  (${pairs.length} cases)`;
  });
}
