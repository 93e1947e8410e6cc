import type {
  Counterfactuals,
  UnseenHarm,
  UnseenKind,
} from '../../contracts/result/counterfactual.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { parseMeasure } from '../../language/expression.js';
import { isFailure } from '../view/budget-words.js';
import { budgetsWith } from './change-budgets.js';
import { DECISIVE } from './intervention-words.js';

/** What a budget is about that no request of a user shows. */
export interface UnmetUnseen {
  readonly kind: UnseenKind;
  /** A queue, topic, group, read model, outbox or saga. */
  readonly subject: string;
}

/** Metrics of harm that no request shows, by their first word. */
export const HARM_OF: ReadonlyMap<string, UnseenKind> = new Map([
  ...['lag', 'partitionLag', 'age', 'ready', 'drain', 'delay', 'outbox'].map(
    (name) => [name, 'backlog'] as const,
  ),
  ...['stuck', 'inconsistent', 'lost'].map((name) => [name, 'unsettled'] as const),
  ['lostEffects', 'lost'],
  ['duplicateEffects', 'repeated'],
  ['deadLettered', 'deadLettered'],
  ['staleReads', 'stale'],
]);

/**
 * What the first broken budget of a variant is about, if each broken one is about harm that no request shows: why the
 * requests of users fail is then no answer to why a budget breaks. null in other cases.
 */
export function unmetUnseen({ budgets }: Pick<VariantResult, 'budgets'>): UnmetUnseen | null {
  const broken = budgets.filter(isFailure).map(({ metric }) => subjectOf(metric));
  return broken.every((own) => own !== null) ? (broken[0] ?? null) : null;
}

/** Whether a subject of figures is that of the budget, or a part of it: `jobs.workers` of `jobs`. */
export function isAbout({ subject }: UnmetUnseen, of: string): boolean {
  return of === subject || of.startsWith(`${subject}.`) || subject.startsWith(`${of}.`);
}

/** The runs of a variant with the harms only that its broken budgets are about, if these are not about requests. */
export function unmetHarms<C extends Counterfactuals | undefined>(
  own: C,
  unmet: UnmetUnseen | null,
): C {
  if (own === undefined || unmet === null) return own;
  const isAsked = (one: UnseenHarm): boolean =>
    one.kind === unmet.kind && isAbout(unmet, one.subject);
  return { ...own, unseen: (own.unseen ?? []).filter(isAsked) };
}

/**
 * The same for what to do: if no harm is that of the broken budgets, those of which a setting averts most and holds them, as the dead letters
 * of a queue for a budget of the queue that takes them.
 */
export function answeringHarms<C extends Counterfactuals | undefined>(
  own: C,
  unmet: UnmetUnseen | null,
  of: Pick<VariantResult, 'budgets'>,
): C {
  const asked = unmetHarms(own, unmet);
  if (own === undefined || asked === undefined || asked.unseen?.length !== 0) return asked;
  const holds = ({ interventions }: UnseenHarm): boolean =>
    interventions.some(
      (one) =>
        one.setting !== undefined && DECISIVE.includes(one.role) && budgetsWith(one, own, of).hold,
    );
  return { ...own, unseen: (own.unseen ?? []).filter(holds) };
}

function subjectOf(metric: string): UnmetUnseen | null {
  const parsed = parseMeasure(metric);
  if (!parsed.ok) return null;
  const { subject, name } = parsed.measure.metric;
  const kind = HARM_OF.get(name[0]!);
  if (kind === undefined || subject.kind !== 'component') return null;
  const { component, part } = subject.at;
  const own = name[0] === 'outbox' ? 'outbox' : part;
  return { kind, subject: own === null ? component : `${component}.${own}` };
}
