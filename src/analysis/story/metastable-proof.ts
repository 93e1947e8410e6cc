import type { CascadeResult, RunVerdict } from '../../contracts/result/cascade.js';

/** How users fare in the same runs with one thing changed; null = such runs were not made, or do not decide. */
export interface Reruns {
  /** Without its trigger: the fault, or the burst of load. */
  readonly withoutTrigger: 'healthy' | 'fails' | null;
  /** With the sustaining loop cut from the end of the trigger on, or entirely. */
  readonly loopCut: 'recovers' | 'stays' | null;
  /** With the load paused after the trigger. */
  readonly loadPaused: 'recovers' | 'stays' | null;
}

/** A verdict that further runs confirm, change, or neither. */
export interface ProvenVerdict {
  readonly verdict: RunVerdict;
  /** `confirmed`: by at least the run without the trigger and one of the others, and by none against it. */
  readonly proof: 'confirmed' | 'changed' | 'open';
}

/**
 * The verdict on a run that stays down, after further runs. It is metastable if it is healthy without its trigger, and
 * recovers once the loop is cut or the load pauses. A run that fails without its trigger is overloaded. One that neither
 * a pause of the load nor a cut of its loop brings back is lost. Other verdicts stay.
 */
export function provenVerdict(verdict: RunVerdict, reruns: Reruns): ProvenVerdict {
  if (verdict !== 'metastable' && verdict !== 'undecided') return { verdict, proof: 'open' };
  const { withoutTrigger, loopCut, loadPaused } = reruns;
  if (withoutTrigger === 'fails') return changed(verdict, 'overloaded');
  if (withoutTrigger === null) return { verdict, proof: 'open' };
  if (loadPaused === 'stays' && loopCut === 'stays') return changed(verdict, 'lost');
  // A loop that no run cuts, such as that of a cold cache, may outlast a pause.
  if (loadPaused === 'stays') return { verdict, proof: 'open' };
  // A slow recovery would also end sooner without its loop or its load: these runs do not tell them apart.
  if (verdict === 'undecided') return { verdict, proof: 'open' };
  return loopCut === 'recovers' || loadPaused === 'recovers'
    ? { verdict, proof: 'confirmed' }
    : { verdict, proof: 'open' };
}

function changed(from: RunVerdict, verdict: RunVerdict): ProvenVerdict {
  return { verdict, proof: from === verdict ? 'confirmed' : 'changed' };
}

/** A variant most of whose runs stay down, so that further runs may confirm why. */
export interface Stuck {
  readonly verdict: 'metastable' | 'undecided';
  /** Edges whose repeated calls may sustain it: `front->mid`. */
  readonly edges: readonly string[];
  /** Components whose restarts may. */
  readonly restarting: readonly string[];
  /** The component that it keeps full. */
  readonly full: string | null;
}

/** null unless most runs are metastable, or nothing explains why most of them stay down. */
export function stuckOf({ endings, loops }: CascadeResult): Stuck | null {
  const isMost = (own: CascadeResult['endings']): boolean => 2 * own.length > endings.length;
  const metastable = endings.filter(
    ({ verdict, reason }) => verdict === 'metastable' && reason !== 'redeliveries',
  );
  const open = endings.filter(({ reason }) => reason === 'unexplained' || reason === 'higherLoad');
  if (!isMost(metastable) && !isMost(open)) return null;
  const full = metastable[0]?.subject ?? null;
  const restarting = loops.flatMap(({ through, mechanism }) =>
    mechanism === 'restarts' ? through : [],
  );
  const edges = loops.flatMap(({ through }) =>
    through.slice(1).map((to, k) => `${through[k]}->${to}`),
  );
  return { verdict: isMost(metastable) ? 'metastable' : 'undecided', edges, restarting, full };
}
