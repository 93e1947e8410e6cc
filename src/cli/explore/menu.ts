import { InvalidArgumentError } from 'commander';
import { parseDuration, parseFactor, parseShare } from '../../spec/quantities/quantity-text.js';

/** One kind of fault to try, with its strength as written; '' where the kind has none. */
export interface Dish {
  readonly kind: (typeof KINDS)[number];
  readonly strength: string;
}

const KINDS = ['down', 'instance', 'slow', 'errors', 'latency', 'loss'] as const;

/** Default strengths; null = the kind has none. */
const STRENGTHS: Readonly<Record<Dish['kind'], string | null>> = {
  down: null,
  instance: null,
  slow: '10',
  errors: '50%',
  latency: '250ms',
  loss: '10%',
};

/** All kinds with their default strengths. */
export const MENU: readonly Dish[] = KINDS.map((kind) => ({
  kind,
  strength: STRENGTHS[kind] ?? '',
}));

/** `down,slow=3,errors=20%` as an option parser. */
export function menuOf(text: string): readonly Dish[] {
  const dishes = text.split(',').map((word): Dish => {
    const [name, strength, ...rest] = word.trim().split('=');
    const kind = KINDS.find((one) => one === name);
    if (kind === undefined || rest.length > 0) {
      throw new InvalidArgumentError(`'${word.trim()}' is none of ${KINDS.join(', ')}.`);
    }
    const usual = STRENGTHS[kind];
    if (strength === undefined) return { kind, strength: usual ?? '' };
    if (usual === null) throw new InvalidArgumentError(`${kind} has no strength: write ${kind}.`);
    checkStrength(kind, strength);
    return { kind, strength };
  });
  const repeated = dishes.find(({ kind }, i) => dishes.findIndex((one) => one.kind === kind) !== i);
  if (repeated === undefined) return dishes;
  throw new InvalidArgumentError(`${repeated.kind} is listed twice.`);
}

/** `90s` as an option parser. Unit: ns. */
export function instantOf(text: string): number {
  try {
    return parseDuration(text);
  } catch {
    throw new InvalidArgumentError('a duration is expected, such as 90s.');
  }
}

function checkStrength(kind: Dish['kind'], text: string): void {
  const isRight = ((): boolean => {
    try {
      if (kind === 'latency') return parseDuration(text) > 0;
      if (kind === 'slow') return /^\d+(\.\d+)?$/.test(text) && parseFactor(Number(text)) > 1;
      const share = parseShare(text);
      return share > 0 && (kind === 'errors' || share < 1);
    } catch {
      return false;
    }
  })();
  if (isRight) return;
  throw new InvalidArgumentError(`${kind}=${text}: expected a value such as ${STRENGTHS[kind]}.`);
}
