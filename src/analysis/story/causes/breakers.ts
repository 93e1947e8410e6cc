import type { CauseFact } from '../../../contracts/result/cause.js';
import { OUTCOME_NAMES } from '../../../contracts/outcome.js';
import { formatCount, formatShare } from '../../../text/figures.js';
import { isBreakerLayer } from '../../measure/breakers.js';
import { failedIn, failuresIn, outcomesIn, sumSteps, type Link, linksFrom } from '../links.js';
import type { Lane } from '../../measure/lanes.js';
import { saturatedShare } from '../saturation.js';
import { usersOf, type Scene } from '../scene.js';
import { usualFaultsOn } from './suspects.js';
import type { Place } from './special-conditions.js';

/** Part of the failed requests of a component that open breakers must refuse. */
const MOST = 0.5;

/** The callee whose failures open the breakers that refuse most of the requests that fail at a component. */
export function openedBelow(place: Place): Place | null {
  const { scene, lane, from, until } = place;
  const failed = failedIn(lane, from, until);
  const opened = linksFrom(scene, lane).filter(
    (link) =>
      refusedBy(link, from, until) >= MOST * failed && failuresIn(link.attempts, from, until) > 0,
  );
  const [link] = opened;
  return link === undefined ? null : { ...place, lane: link.callee };
}

/** Calls that an open breaker refuses. */
function refusedBy({ calls, layers }: Link, from: number, until: number): number {
  if (!layers.some(isBreakerLayer)) return 0;
  return outcomesIn(calls, from, until)[OUTCOME_NAMES.indexOf('rejectedBreaker')];
}

/** Part of the failed requests of users from which refused calls that would succeed are reported. */
const SOME = 0.25;
/** Share of the steps in which a callee with workers to spare may be full. */
const RARELY = 0.05;
/** Steps in which the attempts that are sent show how many of the refused calls would succeed. */
const AROUND = 10;

/**
 * Breakers that add failures to those that open them: of the calls that they refuse, as many would succeed as of those
 * that are sent around the same time. A breaker with a key refuses other calls than those that are sent, so that these show
 * nothing.
 */
export function breakersOf(scene: Scene, causes: readonly CauseFact[]): readonly CauseFact[] {
  const { data, steps, links } = scene;
  const users = usersOf(scene);
  const total = (column: (lane: (typeof users)[number]) => Float64Array): number =>
    users.reduce((sum, lane) => sum + sumSteps(column(lane), 0, steps.count), 0);
  const failed = total(({ arrived }) => arrived) - total(({ good }) => good);
  const opened = links.filter(({ callee }) => failsAnyway(scene, causes, callee));
  return opened.flatMap((link): readonly CauseFact[] => {
    if (link.layers.some((layer) => isBreakerLayer(layer) && layer.key !== null)) return [];
    const { refused, lost, first } = lostAt(link, steps.count);
    if (!(failed > 0) || lost < SOME * failed) return [];
    const subject = `${link.caller.name}->${link.callee.name}`;
    return [
      {
        kind: 'breakers',
        subject,
        role: scene.faultsNs.length === 0 ? 'cause' : 'amplifier',
        at: (steps.startNs[first] - data.plan.warmupNs) / 1e9,
        until: null,
        text: `the open breaker of ${link.caller.name} also refuses calls that ${link.callee.name} would answer`,
        value: lost / refused,
        unit: 'share',
        mechanism: 'breakerOpen',
        evidence: `${formatCount(refused)} calls are refused, and ${formatShare(lost / refused)} of those sent at that time succeed`,
        share: Math.min(1, lost / failed),
      },
    ];
  });
}

/**
 * Whether a callee fails a share of its requests by itself, or by a fault that lasts for the entire run, with workers to
 * spare: as many would fail with all the calls that the breaker refuses. Of a full callee, the breaker is a protection.
 */
function failsAnyway(scene: Scene, causes: readonly CauseFact[], lane: Lane): boolean {
  const usual = usualFaultsOn(scene, lane).map(({ fault }) => fault.id);
  const isItself = causes.some(
    ({ kind, subject, fault }) =>
      (kind === 'errors' && subject === lane.name) ||
      (fault !== undefined && usual.includes(fault)),
  );
  return isItself && saturatedShare(lane, 0, scene.steps.count) < RARELY;
}

/** Calls that the breaker of a link refuses, how many of them would succeed, and the first step with one. */
function lostAt(
  link: Link,
  steps: number,
): { readonly refused: number; readonly lost: number; readonly first: number } {
  let refused = 0;
  let lost = 0;
  let first = -1;
  for (let from = 0; from < steps; from += AROUND) {
    const until = Math.min(steps, from + AROUND);
    const own = refusedBy(link, from, until);
    if (own === 0) continue;
    while (first < 0 || (first < until && refusedBy(link, first, first + 1) === 0))
      first = Math.max(from, first + 1);
    const sent = sumSteps(link.sent, from, until);
    const failed = Math.min(sent, failuresIn(link.attempts, from, until));
    refused += own;
    if (sent > 0) lost += own * (1 - failed / sent);
  }
  return { refused, lost, first };
}
