import { isFeedback } from '../../analysis/story/feedback.js';
import { CAUSE_TEXTS } from '../../analysis/story/proven-conditions.js';
import type { KnownCause } from '../../contracts/result/cause.js';
import { backlogBehind } from '../../contracts/result/headroom.js';
import { sustainedBy } from '../../contracts/result/sustained.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { formatInstant, formatRate, formatSeconds, formatShare } from '../../text/figures.js';
import { capitalised } from '../../text/words.js';
import { joined, MOST, shortened, sizeOf } from './answer-room.js';
import { plainWords, type Words } from '../base/emphasis.js';
import { countIn } from '../families/family-parts.js';
import { behindOf, meteredOf } from '../families/unseen.js';
import { endedWords } from './ended-functions.js';
import { budgetAnswer, calmAnswer, heldWithout } from './budget-cause.js';
import { clearedByBaseline, clearedLine } from './innocents.js';
import { contrastLine, knownLine } from './known-by.js';
import { hurtUsers, isClearedOfUsers, mainCauses } from './lead.js';
import { briefProofs, togetherProof } from './unseen-proof-words.js';
import { contrastWords } from './contrast.js';
import { listed } from '../base/format.js';
import { handleWords, holdWords } from './headroom.js';
import { isAbout, unmetHarms, unmetUnseen, type UnmetUnseen } from './unmet-unseen.js';
import { heldOpen, heldOpenText } from '../view/held-open.js';
import { loopWords, type View } from '../view/view.js';

/** Why, how that is known where the sentence does not say it, and what is not to blame. */
interface Why {
  readonly words: Words | null;
  readonly known: Words;
  readonly cleared: Words;
}

/**
 * The causes of the variant that the report is about, what keeps it down, and where it is felt first. `trigger`: the rise
 * of a load, or the request, after which a harm begins that no request shows; empty where the sentence has it.
 */
export function whyWords(view: View): Why & { readonly trigger: Words } {
  const { worstVariant } = view;
  const isHurt = hurtUsers(worstVariant).length > 0;
  const unmet = unmetUnseen(worstVariant);
  const unseen = isHurt && unmet === null ? null : unseenWhy(view, unmet);
  if (unseen === null) return { ...seenWhy(view, unmet, isHurt), trigger: [] };
  const { words, known } = unseen;
  return { ...unseen, trigger: known.length > 0 ? [] : triggerLine(worstVariant, words ?? []) };
}

/** Why requests of users come to harm. */
function seenWhy(view: View, unmet: UnmetUnseen | null, isHurt: boolean): Why {
  const { worstVariant } = view;
  const cleared = clearedLine(worstVariant);
  if (unmet !== null) return { words: null, known: [], cleared };
  const causes = mainCauses(worstVariant);
  const [first] = causes;
  const cold = coldWords(worstVariant);
  const further = [
    cold.length > 0 ? cold : versionWords(worstVariant, causes),
    keptWords(view, worstVariant),
    heldWords(worstVariant),
    feltWords(worstVariant),
  ];
  if (first === undefined) {
    const [head, ...rest] = further.filter((words) => words.length > 0);
    const full = isHurt && rest.length === 0 ? overloadWords(view, head) : null;
    if (full !== null) return { words: [...shortened([full]), '.'], known: [], cleared };
    // What is full is no reason for a harm that no one has.
    const isNone = !isHurt || head === undefined;
    return { words: isNone ? null : [...joined(opened(head), rest), '.'], known: [], cleared };
  }
  const isSame = causes.every(({ known }) => known === first.known);
  const texts = causes.map((one) => (isSame ? timedText(one) : `${timedText(one)} (${one.known})`));
  const known = isSame ? ` (${first.known})` : '';
  const head: Words = [`${listed(texts)}${known}`];
  return { words: [...joined(head, further), '.'], known: knownLine(worstVariant), cleared };
}

/**
 * Where no request of users degrades, or no broken budget is about one: what the runs without single faults show about the
 * harm that no request shows, else the settings without which the baseline has less of it; null where no run shows anything.
 */
function unseenWhy(view: View, unmet: UnmetUnseen | null): Why | null {
  const { worstVariant: variant } = view;
  const own = unmetHarms(variant.counterfactuals, unmet);
  const cleared = clearedLine(variant);
  // More consumers do not help where the platform ends their work.
  const ended = endedWords(variant, (of) => unmet === null || isAbout(unmet, of));
  if (ended !== null) return { words: [ended, '.'], known: [], cleared };
  // Consumers that are busy before any fault explain a backlog, whatever averts a part of it.
  const full = unmet === null ? null : busyWords(variant, (of) => isAbout(unmet, of));
  if (full !== null) return { words: [...shortened([full]), '.'], known: [], cleared };
  // A sentence that is cut in its list of runs says nothing.
  const proofs = own === undefined ? [] : briefProofs({ variant, own });
  const proof = proofs.find((words) => sizeOf([words]) <= MOST) ?? proofs.at(-1) ?? null;
  const found = budgetAnswer(variant);
  const budget: Words | null = found === null ? null : [...shortened([found]), '.'];
  // A broken budget that is not about this harm has a cause of its own.
  const isProven = unmet !== null && (budget === null || isOfBudget(variant, own));
  const shown = isProven ? (wordsOf(proof) ?? budget) : (budget ?? wordsOf(proof));
  if (shown !== null) return { words: shown, known: [], cleared };
  const contrast = contrastWords(view);
  if (contrast !== null)
    return {
      words: [...shortened(contrast), '.'],
      known: contrastLine(view, contrast),
      cleared: clearedByBaseline(view),
    };
  const measured = measuredWhy(view, own);
  return measured === null ? null : { words: measured, known: [], cleared };
}

/** Whether a broken budget holds without a fault that the runs blame for this harm, or without no single fault. */
function isOfBudget(variant: VariantResult, own: VariantResult['counterfactuals']): boolean {
  const isHeld = (fault: string): boolean => heldWithout(variant, fault) > 0;
  const blamed = own?.unseen?.[0]?.faults.filter(({ role }) => role === 'cause') ?? [];
  return blamed.some(({ fault }) => isHeld(fault)) || !variant.faults.some(({ id }) => isHeld(id));
}

function wordsOf(text: string | null): Words | null {
  return text === null ? null : [text];
}

/** Where neither runs without a fault nor another variant show it: the runs without all faults, or what is full. */
function measuredWhy(view: View, own: VariantResult['counterfactuals']): Words | null {
  const { worstVariant: variant } = view;
  const together = own === undefined ? null : togetherProof({ variant, own });
  if (together !== null) return [together];
  const busy = busyWords(variant);
  if (busy !== null) return [...shortened([busy]), '.'];
  const behind = behindOf(view, variant)?.subject.split('.')[0];
  const full = variant.cascade.events.find(
    ({ kind, subject }) => kind === 'saturated' && subject === behind,
  );
  if (full !== undefined) return [`${full.subject} is saturated: ${full.text} (measured).`];
  const calm = calmAnswer(variant);
  // What never was healthy does not degrade: what is full shows why its budget breaks without a fault.
  const [, failing] = OF_SERVING.exec(calm?.metric ?? '') ?? [];
  const used = fullWords(view, behind ?? failing);
  if (used !== null) return [...shortened([used]), '.'];
  if (calm !== null) return [`${calm.words} (proved).`];
  const isCleared = own?.unseen?.every(({ faults }) =>
    faults.every(
      ({ role, without }) => (role === 'none' || role === 'undecided') && without !== null,
    ),
  );
  if (isCleared === true)
    return [
      variant.faults.length === 0
        ? 'No run shows a cause.'
        : 'The runs without single faults show no cause.',
    ];
  return null;
}

/** `mailer is saturated: its 1 consumer of mails handles 20/s of 60/s`, of a topic or queue that falls behind. */
function busyWords(
  { headroom, cascade }: VariantResult,
  isAsked: (of: string) => boolean = () => true,
): string | null {
  const behind = cascade.events.filter(({ kind }) => kind === 'backlog');
  const busy = headroom?.components.find((own) => {
    const where = backlogBehind(own);
    return (
      where !== null &&
      own.factor <= 1 &&
      isAsked(where) &&
      behind.some(({ subject }) => subject === where || subject.startsWith(`${where}.`))
    );
  });
  if (busy === undefined || headroom?.underFault === true) return null;
  return `${busy.component} is saturated: ${handleWords(busy)} (measured)`;
}

/** `farm is saturated: its 8 cores hold 10.5/s of 18.2/s`, of what users or the handlers of a backlog use or call. */
function fullWords({ result, worstVariant }: View, start: string | undefined): string | null {
  const { headroom } = worstVariant;
  if (start === undefined || headroom === undefined || headroom.underFault) return null;
  const { nodes, edges } = result.topology;
  // Messages that wait in another topic or queue hold nothing up here.
  const ends = new Set(nodes.flatMap(({ name, kind }) => (STORED.has(kind) ? [name] : [])));
  const reached = new Set([start]);
  for (const from of reached)
    for (const edge of edges) if (edge.from === from && !ends.has(edge.to)) reached.add(edge.to);
  const full = headroom.components.find(
    (own) => own.factor <= 1 && backlogBehind(own) === null && reached.has(own.component),
  );
  if (full === undefined) return null;
  // In requests of users, as the headroom has it: several handlers may share what is full.
  const load = full.when?.rate ?? headroom.rate;
  const [held, all] = [load * full.factor, load].map((rate) => formatRate(rate));
  // Full, but of no more than it holds: that is no reason.
  return held === all
    ? null
    : `${full.component} is saturated: ${holdWords(full)} ${held} of ${all} (measured)`;
}

/** What is full where no cause is known: `db is saturated: 4 of 4 cores in use (measured)`; null where more is known. */
function overloadWords(view: View, head: Words | undefined): string | null {
  const { worstVariant: variant } = view;
  const felt = feltEvent(variant);
  if (felt?.kind === 'saturated') return `${felt.subject} is saturated: ${felt.text} (measured)`;
  const [hurt] = hurtUsers(variant);
  return head === undefined ? fullWords(view, hurt?.subject.split('.')[0]) : null;
}

/** Metrics of users whose requests fail, or are slow. */
const OF_SERVING =
  /^([^.]+)\.(?:[^.]+\.)?(?:success|availability|goodput|latency|successLatency)(?:\.|$)/u;

/** Kinds of components that keep messages. */
const STORED: ReadonlySet<string> = new Set(['topic', 'queue']);

/** `the load of users grows from 60/s to 300/s at 60 s`: no bar of a fault shows when a load rises. */
function timedText({ unit, text, at }: KnownCause): string {
  return unit === 'times' && at > 0 ? `${text} at ${formatInstant(at)}` : text;
}

/** The rise of a load that precedes a harm that no request shows, where the answer is about something else. */
function triggerLine({ cascade: { causes } }: VariantResult, said: Words): Words {
  const rise = causes.find(({ unit, role, at }) => unit === 'times' && role === 'cause' && at > 0);
  if (rise === undefined || plainWords(said).includes(rise.text)) return [];
  return [{ strong: 'Trigger' }, `: ${timedText(rise)} (${rise.known}).`];
}

/** The beginning of a sentence from a further part of one. A name of the scenario keeps its case. */
function opened(words: Words): Words {
  const [first, ...rest] = words;
  if (typeof first !== 'string') return words;
  const plain = first.replace(/^; /u, '');
  return [plain.startsWith('the loop ') ? capitalised(plain) : plain, ...rest];
}

/** `; edge → checkout → payments keeps it down`: the loop of a metastable variant. */
function keptWords(view: View, { cascade, counterfactuals }: VariantResult): Words {
  const kept = sustainedBy(cascade, counterfactuals?.metastability ?? null);
  if (kept === null) return [];
  return [`; the loop ${loopWords(view, kept.loop.through)} keeps it down (${kept.known})`];
}

/** `; the breaker of orders to payment stays open until 154 s`: why users are not back when the fault ends. */
function heldWords(variant: VariantResult): Words {
  const held = heldOpen(variant);
  return held === null ? [] : [`; ${heldOpenText(held)}`];
}

/** Share of its requests from which a new version is said to fail. */
const FAILS = 0.01;

/** `; new instances of web are slow at first (proved)`, where most of the harm is gone once they are warm at once. */
function coldWords({ counterfactuals }: VariantResult): Words {
  const cold = counterfactuals?.interventions.find(
    ({ kind, role, averted, harm }) =>
      kind === 'coldStarts' && role !== 'none' && (averted.value ?? 0) > harm,
  );
  if (cold === undefined) return [];
  return [`; ${CAUSE_TEXTS.coldStarts(cold.subject)} (proved)`];
}

/**
 * `; v2 fails 9.69 % of its requests, v1 none`, `; v2 takes 80.2 ms, v1 20.1 ms`, or both: of a rollout that is a cause, where
 * the new version is worse.
 */
function versionWords(variant: VariantResult, causes: readonly KnownCause[]): Words {
  const component = causes.find(({ kind }) => kind === 'rollout')?.subject;
  const own = component === undefined ? null : meteredOf(variant, component);
  if (own?.rollout === undefined) return [];
  const { from, to, medians } = own.rollout;
  const failing = (all: string, good: string): number =>
    1 - countIn(own, good) / Math.max(1, countIn(own, all));
  const [now, then] = [
    failing('rollout.next', 'rollout.nextGood'),
    failing('rollout.old', 'rollout.oldGood'),
  ];
  const isFailing = now >= FAILS && now >= MORE * then;
  if (medians === undefined || medians.to < MORE * medians.from) {
    const old = then === 0 ? 'none' : formatShare(then);
    return isFailing ? [`; ${to} fails ${formatShare(now)} of its requests, ${from} ${old}`] : [];
  }
  const fails = isFailing ? ` and fails ${formatShare(now)}` : '';
  return [
    `; ${to} takes ${formatSeconds(medians.to)}${fails}, ${from} ${formatSeconds(medians.from)}`,
  ];
}

/** A version is worse if it fails this many times as many, or its median is this many times as long. */
const MORE = 1.5;

/**
 * `; payments: 64 of 64 workers wait for psp`: the first resource that is exhausted, beyond what a fault slows down itself; else
 * what a zone takes with it, as in `; ingress has no instance elsewhere`.
 */
function feltWords(variant: VariantResult): Words {
  const own = feltEvent(variant);
  if (own !== undefined) return [`; ${own.subject}: ${own.text}`];
  const detail = variant.cascade.events.find(({ takes }) => takes !== undefined)?.detail;
  return detail === undefined ? [] : [`; ${detail}`];
}

/** The first resource that is exhausted, beyond what a fault hits. */
function feltEvent(variant: VariantResult): VariantResult['cascade']['events'][number] | undefined {
  const { cascade, faults } = variant;
  const other = cascade.causes.filter(({ fault }) => isClearedOfUsers(variant, fault));
  // What is exhausted after a fault that does other harm is not felt by users.
  const until = Math.min(...other.map(({ at }) => at), Infinity);
  const felt = cascade.events.filter(({ kind, at }) => FELT.has(kind) && at < until);
  const hit = new Set(faults.flatMap(({ target }) => target));
  const reached = new Set(
    cascade.influences.filter(({ mechanism }) => !isFeedback(mechanism)).map(({ to }) => to),
  );
  const [first] = felt;
  // That a slowed component is busy says no more than that it is slow.
  const isOwn = first?.kind === 'saturated' && hit.has(first.subject);
  const beyond = felt.find(({ subject }) => !hit.has(subject) && reached.has(subject));
  return isOwn ? (beyond ?? first) : first;
}

const FELT: ReadonlySet<VariantResult['cascade']['events'][number]['kind']> = new Set([
  'saturated',
  'poolFull',
  'killed',
  'blocked',
]);
