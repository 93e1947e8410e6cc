import { BUNDLE_PLACES, hostOfPlace } from './at.js';
import type { BundlePlace } from './at.js';
import { corpus, reported, swept } from './corpus.js';
import { judge, judgeAt } from './judge.js';
import type { Effort, Verdict } from './judge.js';
import { isReported, isSwept, isTraced, listed } from './listed.js';
import { pathOf, walk } from './schema.js';
import type { Option, Segment } from './schema.js';

/** The observed effect of one option. */
export interface Finding {
  readonly path: string;
  readonly verdict: Verdict | 'listed';
  readonly proof: string;
}

/** An option, and the place that it is tried in where it belongs to a bundle there. */
type Tryable = Option & { readonly place?: BundlePlace };

/** Enough to see most effects; options that need a particular situation have a scenario in test/options/bases. */
const EFFORT: Effort = { hosts: 3, spots: 1, values: 4 };

/** Where each part that occurs in many places is tried with all of its options; elsewhere those at its top are. */
const PRIMARY: Readonly<Record<string, RegExp>> = {
  policy: /^policies\.\*$/,
  step: /^services\.\*\.endpoints\.\*\[\]$/,
  middleware: /^gateways\.\*\.middleware\[\]$/,
  loadBalancing: /^services\.\*\.loadBalancing$/,
};

/**
 * Every leaf option of the language: those of the sections, and those of the parts that occur in many places, all at
 * one of these places and at the others those that lead to no further object.
 */
export function everyOption(): readonly Tryable[] {
  const { options, uses } = walk(null);
  const found = new Map<string, Tryable>(options.map((option) => [option.path, option]));
  for (const { part, path, segments } of uses) {
    if (listed(path) !== null) continue;
    const isPrimary = PRIMARY[part]!.test(path);
    for (const option of within(part, segments, isPrimary)) {
      if (!found.has(option.path)) found.set(option.path, option);
    }
  }
  const named = uses.find(({ path }) => PRIMARY.policy!.test(path))!;
  const bundle = within('policy', named.segments, true);
  for (const place of BUNDLE_PLACES) {
    for (const option of bundle) {
      const path = option.path.replace(/^policies\.\*/, () => place.path);
      if (!found.has(path)) found.set(path, { ...option, path, place });
    }
  }
  return [...found.values()];
}

function within(part: string, before: readonly Segment[], isWhole: boolean): readonly Option[] {
  const { options } = walk(part);
  const chosen = isWhole ? options : options.filter(({ segments }) => segments.length === 1);
  return chosen.map(({ segments, leaves }) => {
    const all = joined(before, segments);
    return { path: pathOf(all), segments: all, leaves };
  });
}

/** A path within a part, appended to the path of its place. */
function joined(before: readonly Segment[], own: readonly Segment[]): readonly Segment[] {
  return [...before, ...own];
}

const hosts = corpus();
const page = reported();
const sweeping = swept();
/** The place that takes every bundle. */
const usual = hostOfPlace(BUNDLE_PLACES[0]!);

/** Tries one option. */
export function find(option: Tryable): Finding {
  const { path, place } = option;
  const reason = listed(path);
  if (reason !== null) return { path, verdict: 'listed', proof: reason };
  const shows = isTraced(path) ? 'traces' : 'figures';
  if (place !== undefined) {
    return { path, ...judgeAt(option, hostOfPlace(place), usual, EFFORT, shows) };
  }
  if (isSwept(path)) return { path, ...judge(option, [sweeping], EFFORT, 'sweep') };
  const judged = isReported(path)
    ? judge(option, [page, hosts[0]!], { ...EFFORT, hosts: 2 }, 'page')
    : judge(option, hosts, EFFORT, shows);
  return { path, ...judged };
}
